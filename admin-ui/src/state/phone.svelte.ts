/** Whether there is as little room as on a phone. */
import { MediaQuery } from 'svelte/reactivity'

export const phone = new MediaQuery('(max-width: 760px)')
