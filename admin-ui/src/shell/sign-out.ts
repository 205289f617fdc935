/** Signing out, unless what was typed is to stay. */
import { router } from '../state/router.svelte'
import { session } from '../state/session.svelte'

export async function leave(): Promise<void> {
  if (await router.mayLeave()) session.signOut()
}
