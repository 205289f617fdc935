/** What is said in words of our own: by the code of a field. Everything else is said in the server's. */
const WORDS = { validation_not_unique: 'This is taken already.' }

/** Calls `work` with what was typed, and says what the server has against it. */
export function onSubmit(form, work) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    clear(document)
    const button = form.querySelector('[type=submit]')
    button.disabled = true
    try {
      await work(Object.fromEntries(new FormData(form)))
    } catch (error) {
      complain(form, error)
    } finally {
      button.disabled = false
    }
  })
}

/** Takes away what was complained about before, in a form or in all of them. */
export function clear(where) {
  where.querySelectorAll('.error').forEach((sentence) => sentence.remove())
  where.querySelectorAll('[aria-invalid]').forEach((input) => input.removeAttribute('aria-invalid'))
}

/** An error as a sentence. The SDK's status is 0 where nobody answered. */
export const inWords = (error) => (error.status === 0 ? 'The server did not answer.' : error.message)

/** Each field's sentence beside its input; everything else below the form, where no input is wrong. */
function complain(form, error) {
  const fields = Object.entries(error.response?.data ?? {})
  for (const [name, { code, message }] of fields) {
    const input = form.elements[name]
    if (!input) continue
    const said = sentence(WORDS[code] ?? message)
    said.id = `${form.id}-${name}-error`
    input.setAttribute('aria-invalid', 'true')
    input.setAttribute('aria-describedby', said.id)
    input.closest('label').after(said)
  }
  const wrong = form.querySelector('[aria-invalid]')
  if (wrong) wrong.focus()
  else form.append(sentence([inWords(error), ...fields.map(([name, { message }]) => `${name}: ${message}`)].join(' ')))
}

function sentence(text) {
  const said = document.createElement('p')
  said.className = 'error'
  said.setAttribute('role', 'alert')
  said.textContent = text
  return said
}
