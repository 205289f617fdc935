/** A call as code: curl for the request itself, the other languages with the official SDKs. */
import { curlOf } from '../../code/curl'
import type { Language } from '../../code/language'
import { codeOf } from '../../expression/as-code'
import { requestOf, type Call, type Place } from './call'
import { dartFor, dartSignIn } from './dart'
import { scriptFor, scriptSignIn } from './javascript'
import type { Operation } from './operations'
import { streamCurl } from './stream-code'

export function programOf(language: Language, operation: Operation, call: Call, place: Place): string {
  const { server, collection, signsIn } = place
  if (operation.name === 'list') {
    const { values } = call
    return codeOf(language, {
      server,
      collection: collection.name,
      filter: values.filter ?? '',
      sort: values.sort ?? '',
      expand: values.expand,
      fields: values.fields,
      page: numberOf(values.page),
      // What the server takes where nothing is given; the SDKs want to be told.
      perPage: numberOf(values.perPage) ?? 30,
      skipTotal: values.skipTotal === 'true',
      isOpen: signsIn === undefined,
      signIn: language === 'dart' ? dartSignIn(place) : language === 'javascript' ? scriptSignIn(place) : '',
    })
  }
  if (language === 'javascript') return scriptFor(operation, call, place)
  if (language === 'dart') return dartFor(operation, call, place)
  if (operation.name === 'realtime') return streamCurl(call, place)
  // Files are not given to tokens of accounts: what is asked for has a token of its own in its address.
  return curlOf(requestOf(operation, call, server, signsIn !== undefined && operation.name !== 'file'))
}

/** A whole number as it is typed; nothing where it is none. */
function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}
