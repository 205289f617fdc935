import { account } from './account.js'
import { pb, users } from './backend.js'
import { showNotes, startNotes } from './notes.js'

const message = document.querySelector('#message')
const say = (sentence) => { message.textContent = sentence }

/** Shows the half of the page that fits: the forms to guests, the notes to who is signed in. */
function show() {
  const me = pb.authStore.isValid ? pb.authStore.record : null
  document.querySelector('#account').hidden = Boolean(me)
  document.querySelector('#notes').hidden = !me
  document.querySelector('#who').hidden = !me
  document.querySelector('#who span').textContent = me?.handle ?? ''
  if (!me) document.querySelectorAll('#mine, #shared').forEach((list) => list.replaceChildren())
  void showNotes()
}

account(say)
startNotes(say)
document.querySelector('#sign-out').addEventListener('click', () => pb.authStore.clear())
pb.authStore.onChange(show)
show()

// A session from another day: the server knows whether it still counts. Where it only is silent, the session stays.
if (pb.authStore.isValid) {
  users.authRefresh().catch((error) => {
    if ([401, 403, 404].includes(error.status)) pb.authStore.clear()
  })
}
