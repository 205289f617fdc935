// Makes the collections of schema.json on a running Tuckbox, and tells it the address for the links in its mails.
//
//   node setup.js EMAIL PASSWORD      (of a superuser; TUCKBOX_URL names another server than the one in config.js)

import { readFile } from 'node:fs/promises'
import PocketBase from 'pocketbase'
import { TUCKBOX } from './config.js'

const [email, password] = process.argv.slice(2)
if (!email || !password) {
  console.error('Usage: node setup.js EMAIL PASSWORD')
  process.exit(2)
}

const pb = new PocketBase(process.env.TUCKBOX_URL ?? TUCKBOX)
try {
  await pb.collection('_superusers').authWithPassword(email, password)
  await pb.collections.import(JSON.parse(await readFile(new URL('schema.json', import.meta.url), 'utf8')))
  await pb.settings.update({ meta: { appName: 'Notes', appURL: pb.baseURL } })
  console.log(`${pb.baseURL} has the collections of the notes.`)
} catch (error) {
  console.error(`${pb.baseURL}: ${error.message}`, error.response?.data ?? '')
  process.exit(1)
}
