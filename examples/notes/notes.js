// The notes of who is signed in. Nothing here hides a note from anybody: the server sends only what its rules allow.

import { notes, pb, users } from './backend.js'
import { clear, inWords, onSubmit } from './forms.js'

const editor = document.querySelector('#editor')
const noteForm = document.querySelector('#note')
const shareForm = document.querySelector('#share')

/** The note in the editor; nothing for a new one. */
let open
let say
/** Whether the last look for notes failed, and that is what the page says. */
let failed = false

export function startNotes(sayIt) {
  say = sayIt
  document.querySelector('#new').addEventListener('click', () => edit())
  document.querySelector('#close').addEventListener('click', () => editor.close())
  document.querySelector('#delete').addEventListener('click', remove)
  // What others changed meanwhile is there when one comes back to the page.
  window.addEventListener('focus', () => void showNotes())

  onSubmit(noteForm, async ({ title, body }) => {
    if (open) await notes.update(open.id, { title, body })
    else await notes.create({ title, body, owner: pb.authStore.record.id })
    editor.close()
    await showNotes()
  })

  onSubmit(shareForm, async ({ handle }) => {
    // A user is only found by one who knows the name: the rule compares it with `handle` of the query.
    const reader = await users
      .getFirstListItem(pb.filter('handle = {:handle}', { handle }), { handle })
      .catch((error) => {
        throw error.status === 404 ? new Error(`Nobody has the name ${handle}.`) : error
      })
    await share({ 'readers+': reader.id })
    shareForm.reset()
  })
}

/** Asks for all notes that the rules let through, mine and those that others share with me. */
export async function showNotes() {
  const me = pb.authStore.record?.id
  if (!me) return
  try {
    const found = await notes.getFullList({ sort: '-updated', expand: 'owner,readers', requestKey: 'notes' })
    fill('#mine', found.filter((note) => note.owner === me), 'You have written nothing yet.')
    fill('#shared', found.filter((note) => note.owner !== me), 'Nobody shares a note with you.')
    if (failed) say('')
    failed = false
  } catch (error) {
    if (error.isAbort) return
    say(inWords(error))
    failed = true
  }
}

function fill(list, found, none) {
  const items = found.map(item)
  if (items.length === 0) items.push(element('li', { className: 'faint', textContent: none }))
  document.querySelector(list).replaceChildren(...items)
}

function item(note) {
  const mine = note.owner === pb.authStore.record.id
  const readers = note.readers.length
  const parts = [
    element('strong', { textContent: note.title }),
    element('p', { className: 'body', textContent: note.body }),
    element('p', {
      className: 'faint',
      textContent: mine ? `read by ${readers === 0 ? 'nobody else' : names(note)}` : `by ${note.expand.owner.handle}`,
    }),
  ]
  if (mine) {
    const button = element('button', { type: 'button', textContent: 'Edit', onclick: () => edit(note) })
    button.setAttribute('aria-label', `Edit ${note.title}`)
    parts.push(element('p', {}, button))
  }
  return element('li', {}, ...parts)
}

const names = (note) => (note.expand?.readers ?? []).map((reader) => reader.handle).join(', ')

function edit(note) {
  open = note
  for (const form of [noteForm, shareForm]) {
    form.reset()
    clear(form)
  }
  noteForm.elements.title.value = note?.title ?? ''
  noteForm.elements.body.value = note?.body ?? ''
  document.querySelector('#delete').hidden = !note
  shareForm.hidden = !note
  if (note) showReaders()
  editor.showModal()
}

function showReaders() {
  const items = (open.expand?.readers ?? []).map((reader) => {
    const stop = element('button', { type: 'button', textContent: 'Stop sharing' })
    stop.setAttribute('aria-label', `Stop sharing with ${reader.handle}`)
    stop.onclick = () => share({ 'readers-': reader.id }).catch((error) => say(inWords(error)))
    return element('li', {}, element('span', { textContent: reader.handle }), stop)
  })
  document.querySelector('#readers').replaceChildren(...items)
}

/** Only the list of readers changes: what is typed in the form above stays. */
async function share(change) {
  open = await notes.update(open.id, change, { expand: 'readers' })
  showReaders()
  await showNotes()
}

async function remove() {
  if (!confirm(`Delete “${open.title}”?`)) return
  try {
    await notes.delete(open.id)
    editor.close()
    await showNotes()
  } catch (error) {
    say(inWords(error))
  }
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...children)
  return made
}
