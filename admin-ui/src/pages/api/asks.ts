/** What a call does on the server, in words: asked before it is sent. */
import { counted } from '../../lib/words'
import { writesOf } from './batch'
import { bodyOf, type Call } from './call'
import type { Operation } from './operations'

export interface Question {
  heading: string
  text: string
  verb: string
  /** Whether something is gone then. */
  isDanger?: true
}

/** Nothing where a call only reads, or gives whoever asks a token. */
export function questionFor(operation: Operation, call: Call, collection: string): Question | undefined {
  const read = bodyOf(operation, call.body)
  const body = 'fault' in read || typeof read.body !== 'object' ? {} : read.body
  const { values } = call
  const mail = (what: string): Question => ({
    heading: 'Send a mail?', text: `The server sends ${what} to ${String(body.email ?? body.newEmail ?? 'that address')}, if it takes it.`, verb: 'Send it',
  })
  switch (operation.name) {
    case 'create':
      return { heading: `Create a record in ${collection}?`, text: 'It stays on this server, like any other record.', verb: 'Create it' }
    case 'update': {
      const names = Object.keys(body).join(', ')
      return { heading: `Change ${values.id}?`, text: `It changes ${names === '' ? 'nothing by itself' : names} of this record of ${collection}.`, verb: 'Change it' }
    }
    case 'delete':
      return { heading: `Delete ${values.id}?`, text: `The record of ${collection} goes for good, with its files and what cascades from it.`, verb: 'Delete it', isDanger: true }
    case 'batch': {
      const writes = writesOf(body)
      const list = writes.map(({ verb, collection: of, id }) => `${verb} ${id === undefined ? `one in ${of}` : `${id} of ${of}`}`).join(', ')
      const others = (Array.isArray(body.requests) ? body.requests.length : 0) - writes.length
      const rest = others > 0 ? [`${others} that cannot be read here`] : []
      return {
        heading: `Make ${counted(writes.length + others, 'write')}?`,
        text: `All of them or none: ${[...(list === '' ? [] : [list]), ...rest].join(', and ') || 'there is nothing in it'}.`,
        verb: 'Send it',
        ...(writes.some(({ verb }) => verb === 'delete') && { isDanger: true as const }),
      }
    }
    case 'import':
      if (values.dryRun === 'true') return undefined
      return { heading: `Import into ${collection}?`, text: 'Each good row becomes a record. Choose dryRun to see first what would happen.', verb: 'Import' }
    case 'request-otp':
      return mail('a code')
    case 'request-verification':
    case 'request-password-reset':
      return mail('a link')
    case 'request-email-change':
      return mail('a link')
    case 'confirm-verification':
      return { heading: 'Confirm the address?', text: 'The account counts as verified from then on.', verb: 'Confirm it' }
    case 'confirm-password-reset':
      return { heading: 'Set the password?', text: 'The account gets this password, and everyone signed in with it is signed out.', verb: 'Set it' }
    case 'confirm-email-change':
      return { heading: 'Set the address?', text: 'The account gets this address, and everyone signed in with it is signed out.', verb: 'Set it' }
    case 'auth-with-otp':
      return { heading: 'Use the code?', text: 'A code works only once: it cannot be used again.', verb: 'Use it' }
    default:
      return undefined
  }
}
