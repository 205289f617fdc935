// Signing up and in. Whose address is not confirmed yet may not sign in: the `authRule` of the users says so.

import { users } from './backend.js'
import { inWords, onSubmit } from './forms.js'

/** `say` shows a sentence that lasts. */
export function account(say) {
  const signUp = document.querySelector('#sign-up')
  const signIn = document.querySelector('#sign-in')

  onSubmit(signUp, async ({ email, handle, password }) => {
    await users.create({ email, handle, password, passwordConfirm: password })
    signUp.reset()
    signIn.elements.identity.value = email
    await users.requestVerification(email)
    say(`A mail is on its way to ${email}. Open the link in it, then sign in.`)
  })

  // The fields are named as the server names them, so that its complaints find them.
  onSubmit(signIn, async ({ identity: email, password }) => {
    try {
      await users.authWithPassword(email, password)
      signIn.reset()
      say('')
    } catch (error) {
      // The password was right, and the rule said no: the address is not confirmed. Another mail does no harm.
      if (error.status !== 403) throw error
      await users.requestVerification(email)
      say(`Confirm your address first: open the link in the mail to ${email}.`)
    }
  })

  document.querySelector('#forgot').addEventListener('click', async () => {
    const { identity: email } = signIn.elements
    if (!email.reportValidity()) return
    try {
      await users.requestPasswordReset(email.value)
      say(`If ${email.value} has an account, a mail with a link to a new password is on its way.`)
    } catch (error) {
      say(inWords(error))
    }
  })
}
