/** Calls `work` with what was typed, and says what the server has against it. */
export function onSubmit(form, work) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    clear(form)
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

/** Takes away what was complained about before. */
export function clear(form) {
  form.querySelectorAll('.error').forEach((sentence) => sentence.remove())
  form.querySelectorAll('[aria-invalid]').forEach((input) => input.removeAttribute('aria-invalid'))
}

/** Each field's sentence beside its input, everything else below the form. */
function complain(form, error) {
  const fields = Object.entries(error.response?.data ?? {})
  for (const [name, { message }] of fields) {
    const input = form.elements[name]
    if (!input) {
      form.append(sentence(`${name}: ${message}`))
      continue
    }
    const said = sentence(message)
    said.id = `${form.id}-${name}-error`
    input.setAttribute('aria-invalid', 'true')
    input.setAttribute('aria-describedby', said.id)
    input.closest('label').after(said)
  }
  if (fields.length === 0) form.append(sentence(error.status === 0 ? 'The server did not answer.' : error.message))
  form.querySelector('[aria-invalid]')?.focus()
}

function sentence(text) {
  const said = document.createElement('p')
  said.className = 'error'
  said.setAttribute('role', 'alert')
  said.textContent = text
  return said
}
