// Makes the collections of schema.json on a running Tuckbox, and a first room.
//
//   node setup.js EMAIL PASSWORD      (of a superuser; TUCKBOX_URL names another server than 127.0.0.1:8090)

import { readFile } from 'node:fs/promises'
import PocketBase from 'pocketbase'

const [email, password] = process.argv.slice(2)
if (!email || !password) {
  console.error('Usage: node setup.js EMAIL PASSWORD')
  process.exit(2)
}

const pb = new PocketBase(process.env.TUCKBOX_URL ?? 'http://127.0.0.1:8090')
try {
  await pb.collection('_superusers').authWithPassword(email, password)
  await pb.collections.import(JSON.parse(await readFile(new URL('schema.json', import.meta.url), 'utf8')))
  const rooms = pb.collection('rooms')
  if ((await rooms.getList(1, 1)).totalItems === 0) await rooms.create({ name: 'Lobby' })
  console.log(`${pb.baseURL} has the collections of the chat.`)
} catch (error) {
  console.error(`${pb.baseURL}: ${error.message}`, error.response?.data ?? '')
  process.exit(1)
}
