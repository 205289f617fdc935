/** Programs that run on threads of their own. They are known beforehand: the browser's guard lets no other be started. */
import importer from '../importer/worker?worker&url'
import diagram from '../pages/diagram/worker?worker&url'

const PROGRAMS = { importer, diagram }

/** The browser's guard of what may become a program; not all have it. */
interface Guarded {
  trustedTypes?: { createPolicy: (name: string, rules: { createScriptURL: (name: string) => string }) => { createScriptURL: (name: string) => unknown } }
}

const addressOf = (name: string): string => PROGRAMS[name as keyof typeof PROGRAMS]
const policy = (globalThis as Guarded).trustedTypes?.createPolicy('tuckbox-worker', { createScriptURL: addressOf })

export function startThread(name: keyof typeof PROGRAMS): Worker {
  const address = policy ? policy.createScriptURL(name) : addressOf(name)
  return new Worker(address as string, { type: 'module' })
}
