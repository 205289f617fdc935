/** What the start of the server says of a setting: with which flag, variable or file, and what follows from it. */
import type { Configured } from '../../api/settings'
import type { Path } from './fields'

type Sentence = (configured: Configured) => string

const SEALED: [flag: string, sentence: Sentence] = [
  '--encryption-env',
  (one) =>
    one.value === ''
      ? 'It can be read by anyone who can read the data directory. Start the server with --encryption-env to encrypt it.'
      : `On the server’s disk it is sealed with the key in ${one.value}${by(one)}.`,
]

const SAID: Partial<Record<Path, [flag: string, sentence: Sentence]>> = {
  'meta.appURL': ['--http', (one) => (one.value === '' ? '' : `The server itself listens at ${one.value}${by(one)}.`)],
  'smtp.enabled': [
    '--dev',
    (one) => (one.value === 'true' ? `The server runs in development${by(one)}: mails are printed to its log, and without SMTP they become files.` : ''),
  ],
  'smtp.password': SEALED,
  's3.secret': SEALED,
}

/** The sentence below an input; empty where the start says nothing of it. */
export function governing(path: Path, configured: readonly Configured[]): string {
  const [flag, sentence] = SAID[path] ?? []
  const found = configured.find(({ name }) => name === flag)
  return found && sentence ? sentence(found) : ''
}

/** Who said so, by its name. */
function by({ name, source, variable }: Configured): string {
  if (source === 'flag') return `, by ${name}`
  if (source === 'environment') return `, by the variable ${variable}`
  if (source === 'file') return ', by the configuration file'
  return ''
}
