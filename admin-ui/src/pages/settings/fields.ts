/** The settings that have an input: where it is, what it is called, and how it begins. */
import type { SettingsSection } from '../../pages'
import { PRESETS } from '../../lib/rate-limits'

export interface Setting {
  section: SettingsSection
  label: string
  /** As a new server has it. */
  initial: unknown
}

const setting = (section: SettingsSection, label: string, initial: unknown): Setting => ({ section, label, initial })

export const SETTING = {
  'meta.appName': setting('application', 'Name', 'Acme'),
  'meta.appURL': setting('application', 'Address', 'http://localhost:8090'),
  'meta.accentColor': setting('application', 'Accent colour', '#1055c9'),
  'meta.hideControls': setting('application', 'Hide collection editing', false),
  'batch.enabled': setting('application', 'Batches', false),
  'batch.maxRequests': setting('application', 'Writes in one request', 50),
  'batch.timeout': setting('application', 'Seconds for all of them', 3),
  'batch.maxBodySize': setting('application', 'Size of the request', 0),
  'trustedProxy.headers': setting('application', 'Headers with the client’s address', []),
  'trustedProxy.useLeftmostIP': setting('application', 'Take the first address in them', false),
  superuserIPs: setting('application', 'Where superusers may come from', []),
  'meta.senderName': setting('mail', 'Sender’s name', 'Support'),
  'meta.senderAddress': setting('mail', 'Sender’s address', 'support@example.com'),
  'smtp.enabled': setting('mail', 'Send by SMTP', false),
  'smtp.host': setting('mail', 'Host', 'smtp.example.com'),
  'smtp.port': setting('mail', 'Port', 587),
  'smtp.tls': setting('mail', 'TLS', false),
  'smtp.username': setting('mail', 'User name', ''),
  'smtp.password': setting('mail', 'Password', undefined),
  'smtp.authMethod': setting('mail', 'Way to sign in', ''),
  'smtp.localName': setting('mail', 'Name in the greeting', ''),
  's3.enabled': setting('storage', 'Keep files in a bucket', false),
  's3.endpoint': setting('storage', 'Endpoint', ''),
  's3.bucket': setting('storage', 'Bucket', ''),
  's3.region': setting('storage', 'Region', ''),
  's3.accessKey': setting('storage', 'Access key', ''),
  's3.secret': setting('storage', 'Secret', undefined),
  's3.forcePathStyle': setting('storage', 'Bucket in the path', false),
  'rateLimits.enabled': setting('limits', 'Limit requests', false),
  'rateLimits.rules': setting('limits', 'Rules', PRESETS[0]?.rules ?? []),
  'rateLimits.excludedIPs': setting('limits', 'Never limited', []),
} satisfies Record<string, Setting>

export type Path = keyof typeof SETTING

/** Those of a page. */
export function pathsOf(section: SettingsSection): Path[] {
  return (Object.keys(SETTING) as Path[]).filter((path) => SETTING[path].section === section)
}

/** Where a setting is changed, for links and the palette. */
export function settingAddress(path: Path): string {
  return `#/settings/${SETTING[path].section}?at=${path}`
}
