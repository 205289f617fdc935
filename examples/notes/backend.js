import PocketBase from 'pocketbase'
import { TUCKBOX } from './config.js'

/** The client keeps token and account in the browser's storage, so that a reload stays signed in. */
export const pb = new PocketBase(TUCKBOX)
export const users = pb.collection('users')
export const notes = pb.collection('notes')
