// The page that shows how a collection is asked over the API: its code does what it says, and what is tried is the server's
// own answer.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { EMAIL, PASSWORD } from '../sdk/support/server.js'
import { assertAccessible } from './support/accessible.js'
import { PHONE, openPage } from './support/browser.js'
import { signIn, startDashboard } from './support/dashboard.js'
import { png } from './support/image.js'
import { hasAttribute, hasCount, hasValue, settles } from './support/settles.js'

const USER_PASSWORD = 'a long password'
/** Programs that are run find the SDK from there. */
const SDK = fileURLToPath(new URL('../sdk', import.meta.url))

let dashboard
let pb
let ann
let ben
let posts
let folder
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'api-preview-'))
  await writeFile(join(folder, 'cover.png'), png(4, 4))
  dashboard = await startDashboard()
  pb = await dashboard.server.superuser()
  await pb.settings.update({ batch: { enabled: true } })
  const users = await pb.collections.update('users', {
    otp: { enabled: true },
    oauth2: { enabled: true, providers: [{ name: 'github', clientId: 'an-app', clientSecret: 'hush' }] },
  })
  const account = (name) =>
    pb.collection('users').create({ name, email: `${name}@example.com`, password: USER_PASSWORD, passwordConfirm: USER_PASSWORD })
  ;[ann, ben] = [await account('ann'), await account('ben')]
  const own = '@request.auth.id != "" && author = @request.auth.id'
  await pb.collections.create({
    name: 'posts', type: 'base', listRule: own, viewRule: own, createRule: own, updateRule: own, deleteRule: null,
    indexes: ['CREATE UNIQUE INDEX posts_slug ON posts (slug)'],
    fields: [
      { name: 'title', type: 'text', required: true, presentable: true }, { name: 'slug', type: 'text', required: true },
      { name: 'author', type: 'relation', collectionId: users.id, required: true }, { name: 'tags', type: 'select', values: ['red', 'green'], maxSelect: 2 },
      { name: 'cover', type: 'file', mimeTypes: ['image/png'], thumbs: ['50x50'] }, { name: 'notes', type: 'text', hidden: true },
      { name: 'created', type: 'autodate', onCreate: true },
    ],
  })
  posts = []
  for (const [title, author] of [['It’s "one" $HOME', ann], ["Ben's", ben]]) {
    posts.push(await pb.collection('posts').create({
      title, author: author.id, slug: `slug-of-${author.name}`, tags: ['red'], notes: 'hush',
      cover: new File([png(8, 8)], 'c.png', { type: 'image/png' }),
    }))
  }
  await pb.collections.create({ name: 'open_words', type: 'base', listRule: '', viewRule: '', createRule: '', fields: [{ name: 'word', type: 'text' }] })
  await pb.collections.create({ name: 'posts_seen', type: 'view', listRule: '', viewRule: '', viewQuery: 'SELECT id, title FROM posts' })
})
after(async () => {
  await dashboard?.stop()
  await rm(folder, { recursive: true, force: true })
})

const address = (collection, operation) => `#/collections/${collection}/api/${operation}`
const press = (page, name) => page.getByRole('button', { name, exact: true }).click()
const shown = (page, name) => page.getByRole('heading', { level: 2, name, exact: true }).waitFor()
const labels = (page) => page.getByRole('navigation', { name: 'Operations' }).getByRole('link').allTextContents()
const choose = (page, label) => page.getByRole('radio', { name: label, exact: true }).check()
const codeOf = (page, label) => page.getByRole('region', { name: label, exact: true }).textContent()
const status = (page) => page.getByRole('status').filter({ hasText: /^\d{3} / })

/** Goes from one operation to another one by the list. */
async function turn(page, label) {
  await page.getByRole('navigation', { name: 'Operations' }).getByRole('link', { name: label, exact: true }).click()
  await shown(page, label)
}

/** What a command prints in a shell, as somebody with a token. */
function inShell(command, token = '', more = {}) {
  const done = spawnSync('sh', ['-c', command], { cwd: folder, env: { ...process.env, TOKEN: token, ...more }, encoding: 'utf8' })
  assert.equal(done.status, 0, `${command}\n${done.stderr}`)
  return done.stdout
}

/** What a program prints in the end, with the passwords that it leaves open. */
function inNode(program, last, email = EMAIL, password = PASSWORD) {
  const whole = program.replaceAll('you@example.com', email).replaceAll('YOUR_PASSWORD', password)
  const done = spawnSync('node', ['--input-type=module'], { cwd: SDK, input: `${whole}\nconsole.log(JSON.stringify(${last}))`, encoding: 'utf8' })
  assert.equal(done.status, 0, `${whole}\n${done.stderr.replaceAll(/^.{1000,}$/gm, '…')}`)
  return JSON.parse(done.stdout.trim().split('\n').at(-1))
}

const signedInAs = async (email, password) => {
  const client = dashboard.server.guest()
  await client.collection('users').authWithPassword(email, password)
  return client.authStore.token
}

test('each type of collection has its operations, and each of them its code in three languages', async () => {
  const { page, complaints, close } = await dashboard.open(address('posts', 'list'))
  const records = ['List', 'View', 'Create', 'Update', 'Delete', 'Realtime']
  const expected = {
    posts: [...records, 'Download a file', 'Batch', 'Import', 'Export'],
    posts_seen: ['List', 'View', 'Export'],
    users: [
      ...records, 'Ways to sign in', 'With a password', 'With another service', 'Ask for a code', 'With a code', 'Renew the token',
      'Ask to confirm an address', 'Confirm an address', 'Ask for a new password', 'Set a new password', 'Ask for another address',
      'Set another address', 'Impersonate', 'Download a file', 'Batch', 'Import', 'Export',
    ],
  }
  const calls = {
    List: 'getList', View: 'getOne', Create: 'create', Update: 'update', Delete: 'delete', Realtime: 'subscribe', 'Download a file': 'getURL',
    Batch: 'createBatch', Import: '/import', Export: '/export', 'Ways to sign in': 'listAuthMethods', 'With a password': 'authWithPassword',
    'With another service': 'authWithOAuth2', 'Ask for a code': 'requestOTP', 'With a code': 'authWithOTP', 'Renew the token': 'authRefresh',
    'Ask to confirm an address': 'requestVerification', 'Confirm an address': 'confirmVerification', 'Ask for a new password': 'requestPasswordReset',
    'Set a new password': 'confirmPasswordReset', 'Ask for another address': 'requestEmailChange', 'Set another address': 'confirmEmailChange',
    Impersonate: 'impersonate',
  }
  for (const [collection, operations] of Object.entries(expected)) {
    await page.goto(`${dashboard.server.url}/_/${address(collection, 'list')}`)
    await page.getByRole('heading', { name: `${collection}: API` }).waitFor()
    await settles(() => labels(page), operations)
    for (const label of operations) {
      await turn(page, label)
      for (const language of ['JavaScript', 'Dart', 'curl']) {
        await choose(page, language)
        const code = await codeOf(page, `${label} with ${language}`)
        assert.ok(code.includes(language === 'curl' ? dashboard.server.url : calls[label]), `${label} of ${collection}:\n${code}`)
      }
      await hasCount(page.getByRole('table', { name: 'Errors' }), 1)
    }
  }
  // Real names and values, and nothing that is hidden.
  await page.goto(`${dashboard.server.url}/_/${address('posts', 'create')}`)
  await shown(page, 'Create')
  const create = await codeOf(page, 'Create with curl')
  for (const part of ['It’s \\"one\\" $HOME', 'slug-of-ann-2', ann.id, '"red"', "-F 'cover=@cover.png'"]) assert.ok(create.includes(part), create)
  assert.ok(!create.includes('notes') && !(await codeOf(page, 'Example of an answer')).includes('hush'))
  assert.deepEqual(complaints, [])
  await close()
})

test('who may is told in words where words can be had, with the expression beside them', async () => {
  const { page, close } = await dashboard.open(address('posts', 'update'))
  await page.getByText('Signed-in users whose id is the record’s author. Superusers may as well.').waitFor()
  await page.getByText('@request.auth.id != "" && author = @request.auth.id', { exact: true }).waitFor()
  await turn(page, 'Delete')
  await page.getByText('Only superusers.').waitFor()
  await page.goto(`${dashboard.server.url}/_/${address('open_words', 'create')}`)
  await page.getByText('Anyone.', { exact: false }).first().waitFor()
  const words = await pb.collections.getOne('open_words')
  await pb.collections.update(words.id, { updateRule: 'word = @request.headers.x_word' })
  await page.reload()
  await turn(page, 'Update')
  await page.getByText('Anyone for whom the expression is true.').waitFor()
  await page.getByText('word = @request.headers.x_word', { exact: true }).waitFor()
  await close()
})

test('the printed curl does what it says', async () => {
  const token = await signedInAs('ann@example.com', USER_PASSWORD)
  const { page, close } = await dashboard.open(address('posts', 'list'))
  const curl = (label) => codeOf(page, `${label} with curl`)
  const run = async (label, as = token) => {
    const text = inShell(await curl(label), as)
    return text === '' ? '' : JSON.parse(text)
  }
  await shown(page, 'List')
  await page.getByLabel('filter', { exact: true }).fill(`title ~ 'It’s "one"' && slug != "it's"`)
  await page.getByLabel('fields', { exact: true }).fill('id,title')
  await settles(async () => (await curl('List')).includes('fields=id,title'), true)
  assert.deepEqual((await run('List')).items, [{ id: posts[0].id, title: posts[0].title }])

  await turn(page, 'View')
  assert.equal((await run('View')).id, posts[0].id)
  await turn(page, 'Create')
  const made = await run('Create')
  assert.deepEqual([made.title, made.slug, made.tags], [posts[0].title, 'slug-of-ann-2', ['red']])
  assert.match(made.cover, /^cover_\w+\.png$/)
  await turn(page, 'Update')
  const changed = await run('Update')
  assert.deepEqual([changed.id, changed.slug], [posts[0].id, 'slug-of-ann'])
  assert.match(changed.cover, /^cover_\w+\.png$/)
  await turn(page, 'Download a file')
  assert.ok(inShell(`${await curl('Download a file')} --output got.png && wc -c < got.png`).trim() > 0)
  await turn(page, 'Delete')
  await page.getByLabel('id', { exact: true }).fill(made.id)
  assert.equal((await run('Delete')).status, 403)
  assert.equal(await run('Delete', pb.authStore.token), '')
  await turn(page, 'Batch')
  const results = await run('Batch')
  assert.ok(Array.isArray(results), JSON.stringify(results))
  assert.deepEqual(results.map(({ status, body }) => [status, body.title]), [[200, posts[0].title], [200, posts[0].title]])
  await turn(page, 'Import')
  assert.deepEqual(await run('Import', pb.authStore.token).then(({ dryRun, rows }) => ({ dryRun, rows })), { dryRun: true, rows: 1 })
  await turn(page, 'Export')
  assert.equal(inShell(await curl('Export'), pb.authStore.token).trim().split('\n').length, 3)

  await turn(page, 'Realtime')
  const [stream, subscribe] = (await curl('Realtime')).split('\n\n').map((part) => part.replace(/^#.*\n/, ''))
  const heard = inShell(
    `( ${stream} -s > stream.txt & echo $! > pid ); until grep -q clientId stream.txt; do sleep 0.1; done
export CLIENT_ID="$(sed -n 's/^id://p' stream.txt | head -1)"
${subscribe}
curl -s -X PATCH "$URL/api/collections/posts/records/${posts[0].id}" -H "Authorization: $TOKEN" -H 'Content-Type: application/json' -d '{"tags":["green"]}' > patched.txt
until grep -q '^data:.*"action":"update"' stream.txt; do sleep 0.1; done; kill "$(cat pid)"; cat stream.txt`,
    token, { URL: dashboard.server.url },
  )
  assert.ok(heard.includes('event:posts/*') && heard.includes('"tags":["green"]'), heard)

  await page.goto(`${dashboard.server.url}/_/${address('users', 'auth-with-password')}`)
  await shown(page, 'With a password')
  const signIn = (await curl('With a password')).replace('YOUR_PASSWORD', USER_PASSWORD)
  assert.equal(JSON.parse(inShell(signIn)).record.id, ann.id)
  await turn(page, 'Renew the token')
  assert.equal((await run('Renew the token')).record.id, ann.id)
  await turn(page, 'Impersonate')
  assert.equal((await run('Impersonate', pb.authStore.token)).record.id, ann.id)
  await turn(page, 'Ways to sign in')
  assert.deepEqual((await run('Ways to sign in')).oauth2.providers.map(({ name }) => name), ['github'])
  await turn(page, 'Set a new password')
  assert.ok((await run('Set a new password')).data.token)
  await close()
})

test('the printed JavaScript does what it says', async () => {
  const { page, close } = await dashboard.open(address('posts', 'list'))
  await choose(page, 'JavaScript')
  const script = (label) => codeOf(page, `${label} with JavaScript`)
  const asAnn = ['ann@example.com', USER_PASSWORD]
  await page.getByLabel('filter', { exact: true }).fill(`title ~ "It’s \\"one\\"" || slug = 'it\\'s'`)
  await page.getByLabel('skipTotal', { exact: true }).selectOption('true')
  await settles(async () => (await script('List')).includes('skipTotal'), true)
  const found = inNode(await script('List'), 'page', ...asAnn)
  assert.ok(found.items.length > 0 && found.items.every(({ author }) => author === ann.id) && found.totalItems === -1, JSON.stringify(found))
  await turn(page, 'View')
  assert.equal(inNode(await script('View'), 'record', ...asAnn).id, posts[0].id)
  await turn(page, 'Create')
  const body = page.getByRole('textbox', { name: 'Body' })
  await body.focus()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.insertText(JSON.stringify({ title: 'Of a\n"script"', slug: "it's", author: ann.id, tags: ['red', 'green'] }))
  await settles(async () => (await script('Create')).includes('green'), true)
  const made = inNode(await script('Create'), 'record', ...asAnn)
  assert.deepEqual([made.title, made.slug, made.tags], ['Of a\n"script"', "it's", ['red', 'green']])
  assert.match(made.cover, /^cover_\w+\.png$/)
  await turn(page, 'Update')
  await page.getByLabel('id', { exact: true }).fill(made.id)
  await settles(async () => (await script('Update')).includes(made.id), true)
  const slug = (await script('Update')).replace('slug-of-ann', 'slug-of-a-script')
  assert.equal(inNode(slug, 'record', ...asAnn).slug, 'slug-of-a-script')
  await turn(page, 'Download a file')
  const url = inNode(await script('Download a file'), 'url', ...asAnn)
  assert.equal((await fetch(url)).headers.get('content-type'), 'image/png')
  await turn(page, 'Delete')
  await page.getByLabel('id', { exact: true }).fill(made.id)
  await settles(async () => (await script('Delete')).includes(made.id), true)
  assert.equal(inNode(await script('Delete'), 'null'), null)
  await assert.rejects(pb.collection('posts').getOne(made.id))
  await turn(page, 'Batch')
  const results = inNode((await script('Batch')).replace('slug-of-ann-2', 'slug-of-a-batch'), 'results', ...asAnn)
  assert.deepEqual(results.map(({ status }) => status), [200, 200])
  await turn(page, 'Import')
  assert.deepEqual(inNode(await script('Import'), '{ dryRun: report.dryRun, rows: report.rows }'), { dryRun: true, rows: 1 })
  await turn(page, 'Export')
  assert.ok(inNode(await script('Export'), 'text').includes(posts[1].id))
  await turn(page, 'Realtime')
  const watching = `import { EventSource } from 'eventsource'\nglobalThis.EventSource = EventSource\n${(await script('Realtime')).replace('console.log(event.action, event.record)', 'globalThis.heard?.(event)')}
const heard = new Promise((resolve) => { globalThis.heard = resolve })
await pb.collection('posts').update('${posts[0].id}', { tags: ['red'] })
const { action, record } = await heard\nawait unsubscribe()`
  assert.deepEqual(inNode(watching, '[action, record.id]', ...asAnn), ['update', posts[0].id])

  await page.goto(`${dashboard.server.url}/_/${address('users', 'auth-with-password')}`)
  await shown(page, 'With a password')
  assert.equal(inNode(await script('With a password'), 'record', ...asAnn).id, ann.id)
  await turn(page, 'Renew the token')
  assert.equal(inNode(await script('Renew the token'), 'record', ...asAnn).id, ann.id)
  await turn(page, 'Impersonate')
  assert.equal(inNode(await script('Impersonate'), 'client.authStore.record').id, ann.id)
  await turn(page, 'Ways to sign in')
  assert.equal(inNode(await script('Ways to sign in'), 'methods').otp.enabled, true)
  await turn(page, 'Ask for a code')
  assert.match(inNode(await script('Ask for a code'), 'otpId'), /^\w{15}$/)
  await close()
})

test('a call is tried as a guest, as the superuser and as an account, and refusals are told as the server says them', async () => {
  const { page, complaints, close } = await dashboard.open(address('posts', 'view'))
  await shown(page, 'View')
  await press(page, 'Send')
  await status(page).filter({ hasText: /^200 OK .* as superuser$/ }).waitFor()
  const body = page.getByRole('region', { name: 'Body of the answer' })
  assert.equal(JSON.parse(await body.textContent()).notes, 'hush')
  await page.getByText(/^\d+ headers$/).click()
  await page.getByText('application/json', { exact: true }).waitFor()
  await assertAccessible(page)

  await choose(page, 'Guest')
  await press(page, 'Send')
  await status(page).filter({ hasText: /^404 .* as a guest$/ }).waitFor()
  assert.equal(JSON.parse(await body.textContent()).message, "The requested resource wasn't found.")

  await choose(page, 'Account')
  await page.getByText('Sent with a token made for this account').waitFor()
  await page.getByPlaceholder(/users$/).fill('ann')
  await page.getByRole('option', { name: /ann/ }).click()
  await press(page, 'Send')
  await status(page).filter({ hasText: /^200 OK .* as ann$/ }).waitFor()
  assert.equal(JSON.parse(await body.textContent()).notes, undefined)

  // What was sent works elsewhere, too.
  await page.getByText('The request as curl').click()
  const curl = await codeOf(page, 'The request with curl')
  assert.equal(JSON.parse(inShell(curl, await signedInAs('ann@example.com', USER_PASSWORD))).id, posts[0].id)

  // The same account goes on to the next operation.
  await page.getByLabel('id', { exact: true }).fill(posts[1].id)
  await press(page, 'Send')
  await status(page).filter({ hasText: /^404 .* as ann$/ }).waitFor()
  await page.getByLabel('id', { exact: true }).fill('')
  await page.getByText('id is missing.').waitFor()
  await hasAttribute(page.getByRole('button', { name: 'Send', exact: true }), 'aria-disabled', 'true')
  await turn(page, 'Delete')
  await page.getByLabel('id', { exact: true }).fill(posts[0].id)
  await press(page, 'Send')
  await press(page, 'Delete it')
  await status(page).filter({ hasText: /^403 .* as ann$/ }).waitFor()
  assert.equal(JSON.parse(await body.textContent()).message, 'Only superusers can perform this action.')
  assert.ok(await pb.collection('posts').getOne(posts[0].id))
  assert.deepEqual(complaints, [])
  await close()
})

test('writes ask first, and are what was typed and chosen', async () => {
  const { page, complaints, close } = await dashboard.open(address('posts', 'create'))
  await shown(page, 'Create')
  const type = async (text) => {
    await page.getByRole('textbox', { name: 'Body' }).focus()
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.insertText(text)
  }
  await type('{"title": ')
  await page.getByText('This is no JSON yet.').first().waitFor()
  await hasAttribute(page.getByRole('button', { name: 'Send', exact: true }), 'aria-disabled', 'true')
  await type(JSON.stringify({ title: '007', slug: 'tried', author: ben.id }))
  await page.getByLabel('cover', { exact: true }).setInputFiles({ name: 'mine.png', mimeType: 'image/png', buffer: Buffer.from(png(3, 3)) })
  await settles(async () => (await codeOf(page, 'Create with curl')).includes("-F 'cover=@mine.png'"), true)
  await press(page, 'Send')
  await page.getByRole('dialog', { name: 'Create a record in posts?' }).waitFor()
  await page.getByText('It is sent to this server as superuser').waitFor()
  await assertAccessible(page)
  await press(page, 'Cancel')
  await hasCount(page.getByRole('dialog'), 0)
  assert.equal((await pb.collection('posts').getList(1, 1, { filter: 'slug = "tried"' })).totalItems, 0)
  await press(page, 'Send')
  await press(page, 'Create it')
  await status(page).filter({ hasText: /^200 OK/ }).waitFor()
  const made = await pb.collection('posts').getFirstListItem('slug = "tried"')
  assert.deepEqual([made.title, made.author], ['007', ben.id])
  assert.match(made.cover, /^mine_\w+\.png$/)
  await press(page, 'Send')
  await press(page, 'Create it')
  await status(page).filter({ hasText: /^400 / }).waitFor()
  const refused = JSON.parse(await page.getByRole('region', { name: 'Body of the answer' }).textContent())
  assert.equal(refused.data.slug.code, 'validation_not_unique')
  assert.deepEqual(complaints, [])
  await close()
})

test('a protected file is got with a file token of whoever asks', async () => {
  const papers = await pb.collections.create({
    name: 'papers', type: 'base', listRule: '@request.auth.id != ""', viewRule: '@request.auth.id != ""',
    fields: [{ name: 'paper', type: 'file', protected: true }],
  })
  const made = await pb.collection('papers').create({ paper: new File(['for members'], 'paper.txt') })
  const { page, complaints, close } = await dashboard.open(address('papers', 'file'))
  await shown(page, 'Download a file')
  await page.getByText('Anyone who is signed in. Superusers may as well.').waitFor()
  await choose(page, 'Guest')
  await press(page, 'Send')
  await status(page).filter({ hasText: /^404/ }).waitFor()
  await choose(page, 'Account')
  await page.getByPlaceholder(/^Another of users$/).waitFor()
  await page.getByLabel('file', { exact: true }).press('ControlOrMeta+Enter')
  await status(page).filter({ hasText: /^200/ }).waitFor()
  assert.equal(await page.getByRole('region', { name: 'Body of the answer' }).textContent(), 'for members')
  await choose(page, 'JavaScript')
  const url = inNode(await codeOf(page, 'Download a file with JavaScript'), 'url', 'ann@example.com', USER_PASSWORD)
  assert.equal(await (await fetch(url)).text(), 'for members')
  await turn(page, 'Get a file token')
  await choose(page, 'curl')
  const { token } = JSON.parse(inShell(await codeOf(page, 'Get a file token with curl'), pb.authStore.token))
  const answer = await fetch(`${dashboard.server.url}/api/files/${papers.id}/${made.id}/${made.paper}?token=${token}`)
  assert.equal(answer.status, 200)
  assert.deepEqual(complaints, [])
  await close()
})

test('of a large answer the beginning is shown, of a picture its size, and a call that takes long can be stopped', async () => {
  await pb.collections.create({ name: 'heavy', type: 'base', fields: [{ name: 'words', type: 'text' }] })
  const lines = Array.from({ length: 4_500 }, (_, at) => JSON.stringify({ words: `${at} ${'x'.repeat(4_000)}` })).join('\n')
  const imported = await fetch(`${dashboard.server.url}/api/collections/heavy/import`, {
    method: 'POST', headers: { Authorization: pb.authStore.token, 'Content-Type': 'application/x-ndjson' }, body: lines,
  })
  assert.equal(imported.status, 200)
  const { page, complaints, close } = await dashboard.open(address('heavy', 'export'))
  await shown(page, 'Export')
  await press(page, 'Send')
  await status(page).filter({ hasText: /^200 OK .* 16(\.\d)? MiB / }).waitFor()
  await page.getByText('Only the beginning is shown.').waitFor()
  assert.equal((await page.getByRole('region', { name: 'Body of the answer' }).textContent()).length, 256 * 1024)

  await page.goto(`${dashboard.server.url}/_/${address('posts', 'file')}`)
  await shown(page, 'Download a file')
  await press(page, 'Send')
  await status(page).filter({ hasText: /^200 OK/ }).waitFor()
  await page.getByText('The body is not text, so it is not shown.').waitFor()

  await turn(page, 'View')
  await page.route('**/api/collections/posts/records/*', () => undefined)
  await press(page, 'Send')
  await page.getByRole('button', { name: 'Stop', exact: true }).click()
  await hasCount(page.getByRole('button', { name: 'Stop', exact: true }), 0)
  await page.unroute('**/api/collections/posts/records/*')
  await page.route('**/api/collections/posts/records/*', (route) => route.abort())
  await press(page, 'Send')
  await page.getByText('The server did not answer.').waitFor()
  assert.deepEqual(complaints, [])
  await close()
})

test('signing in is tried as whoever signs in: a guest', async () => {
  const { page, close } = await dashboard.open(address('users', 'auth-with-password'))
  await shown(page, 'With a password')
  await page.getByText('Every account of users.').waitFor()
  const body = page.getByRole('textbox', { name: 'Body' })
  await body.focus()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.insertText(JSON.stringify({ identity: 'ben@example.com', password: USER_PASSWORD }))
  await page.keyboard.press('Escape')
  await press(page, 'Send')
  await status(page).filter({ hasText: /^200 OK .* as a guest$/ }).waitFor()
  assert.equal(JSON.parse(await page.getByRole('region', { name: 'Body of the answer' }).textContent()).record.id, ben.id)
  await turn(page, 'Renew the token')
  await page.getByPlaceholder(/users$/).waitFor()
  await press(page, 'Send')
  await status(page).filter({ hasText: /^200 OK/ }).waitFor()
  await turn(page, 'With another service')
  await page.getByText('it can only be tried in an app').waitFor()
  await hasCount(page.getByRole('button', { name: 'Send', exact: true }), 0)
  await close()
})

test('changes are watched as somebody, and only what they may see comes', async () => {
  const { page, complaints, close } = await dashboard.open(address('posts', 'realtime'))
  await shown(page, 'Realtime')
  const messages = page.getByRole('list', { name: 'Messages, the newest first' }).getByRole('listitem')
  const change = (post, tags) => pb.collection('posts').update(post.id, { tags })
  await choose(page, 'Account')
  await page.getByPlaceholder(/users$/).fill('ben')
  await page.getByRole('option', { name: /ben/ }).click()
  await press(page, 'Watch')
  await page.getByText('Watching', { exact: true }).waitFor()
  await change(posts[0], ['red', 'green'])
  await change(posts[1], ['green'])
  await hasCount(messages, 1)
  await messages.first().click()
  const told = JSON.parse(await page.getByRole('region', { name: 'Message 1' }).textContent())
  assert.deepEqual([told.action, told.record.id, told.record.notes], ['update', posts[1].id, undefined])
  await assertAccessible(page)

  await press(page, 'Pause')
  await change(posts[1], ['red'])
  await page.getByText('paused: 1 message since').waitFor()
  await hasCount(messages, 1)
  await press(page, 'Go on')
  await hasCount(messages, 2)
  await press(page, 'Clear')
  await hasCount(messages, 0)
  await press(page, 'Stop')

  // One record, some fields, a filter.
  await choose(page, 'Superuser')
  await page.getByLabel('topic', { exact: true }).fill(posts[0].id)
  await page.getByLabel('fields', { exact: true }).fill('id,tags')
  await page.getByLabel('filter', { exact: true }).fill('tags:length = 1')
  await press(page, 'Watch')
  await page.getByText('Watching', { exact: true }).waitFor()
  await change(posts[1], ['green'])
  await change(posts[0], ['green', 'red'])
  await change(posts[0], ['green'])
  await hasCount(messages, 1)
  await messages.first().click()
  assert.deepEqual(JSON.parse(await page.getByRole('region', { name: /^Message/ }).textContent()), {
    action: 'update', record: { id: posts[0].id, tags: ['green'] },
  })

  // No more is kept than anybody reads.
  await page.getByLabel('topic', { exact: true }).fill('*')
  await page.getByLabel('filter', { exact: true }).fill('')
  await press(page, 'Stop')
  await press(page, 'Watch')
  await page.getByText('Watching', { exact: true }).waitFor()
  const rows = Array.from({ length: 205 }, (_, at) => ({ title: `many ${at}`, slug: `many-${at}`, author: ann.id }))
  for (let at = 0; at < rows.length; at += 41) {
    const batch = pb.createBatch()
    for (const row of rows.slice(at, at + 41)) batch.collection('posts').create(row)
    await batch.send()
  }
  await page.getByText('The newest 200 are kept.').waitFor()
  await hasCount(messages, 200)
  assert.deepEqual(complaints, [])
  await close()
})

test('pages lead there, by mouse and by keys', async () => {
  const { page, close } = await dashboard.open(`#/collections/posts?filter=${encodeURIComponent("slug = 'slug-of-ben'")}&sort=-created`)
  await page.getByRole('grid').getByRole('gridcell', { name: "Ben's", exact: true }).waitFor()
  await press(page, 'API')
  await shown(page, 'List')
  // What was asked for in the grid is asked for here.
  await hasValue(page.getByLabel('filter', { exact: true }), "slug = 'slug-of-ben'")
  await hasValue(page.getByLabel('sort', { exact: true }), '-created')
  assert.ok((await codeOf(page, 'List with curl')).includes('sort=-created'))

  await page.goto(`${dashboard.server.url}/_/#/collections/posts/${posts[1].id}`)
  await page.getByRole('tab', { name: 'API' }).click()
  await page.getByRole('link', { name: 'All that can be asked, and trying it' }).click()
  await shown(page, 'View')
  await hasValue(page.getByLabel('id', { exact: true }), posts[1].id)

  await page.goto(`${dashboard.server.url}/_/#/collections/posts/settings/rules`)
  await page.getByRole('link', { name: 'API', exact: true }).click()
  await shown(page, 'List')

  await page.goto(`${dashboard.server.url}/_/#/`)
  await page.getByRole('heading', { name: 'Home' }).waitFor()
  await page.keyboard.press('ControlOrMeta+k')
  await page.getByRole('combobox', { name: /Collection, page/ }).fill('api of open_w')
  await page.getByRole('option', { name: /API of open_words/ }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'open_words: API' }).waitFor()
  await page.getByRole('link', { name: 'Update', exact: true }).focus()
  await page.keyboard.press('Enter')
  await shown(page, 'Update')
  await hasAttribute(page.getByRole('link', { name: 'Update', exact: true }), 'aria-current', 'page')
  await close()
})

test('what is not there is said: an operation, a collection, one with another name by now', async () => {
  const { page, complaints, close } = await dashboard.open(address('posts', 'nonsense'))
  await page.getByText('posts has no operation “nonsense”.').waitFor()
  await page.goto(`${dashboard.server.url}/_/${address('posts_seen', 'create')}`)
  await page.getByText('posts_seen is a view: it is read, and neither written nor watched.').waitFor()
  await page.goto(`${dashboard.server.url}/_/${address('_superusers', 'auth-with-otp')}`)
  await page.getByText('Signing in with a code is switched off in _superusers.').waitFor()
  await assertAccessible(page)
  await page.goto(`${dashboard.server.url}/_/${address('nowhere', 'list')}`)
  await page.getByRole('heading', { name: 'There is no collection “nowhere”' }).waitFor()

  // One that somebody else made since the page came is found.
  const made = await pb.collections.create({ name: 'made_later', type: 'base', listRule: '', fields: [{ name: 'word', type: 'text' }] })
  await page.evaluate((to) => { location.hash = to }, address('made_later', 'create'))
  await shown(page, 'Create')
  assert.ok((await codeOf(page, 'Create with curl')).includes('"word": "Some words"'))

  await turn(page, 'List')
  await pb.collections.update(made.id, { name: 'called_otherwise' })
  await press(page, 'Send')
  await page.getByRole('heading', { name: 'made_later is called called_otherwise now' }).waitFor()
  await page.getByRole('link', { name: 'Go on with called_otherwise' }).click()
  await shown(page, 'List')
  await pb.collections.delete(made.id)
  await press(page, 'Send')
  await page.getByRole('heading', { name: 'There is no collection “called_otherwise” any more' }).waitFor()
  assert.deepEqual(complaints, [])
  await close()
})

test('on a phone the operations are a choice, nothing is wider than the page, and trying is one tap away', async () => {
  const { page, complaints, close } = await dashboard.open(address('posts', 'create'), { viewport: PHONE, hasTouch: true })
  await shown(page, 'Create')
  await assertAccessible(page)
  const wide = () => page.evaluate(() => document.getElementById('content').scrollWidth - document.getElementById('content').clientWidth)
  await settles(wide, 0)
  await page.getByLabel('Operation', { exact: true }).selectOption({ label: 'List' })
  await shown(page, 'List')
  await press(page, 'Try it')
  await settles(() => page.getByRole('heading', { name: 'Parameters' }).evaluate((heading) => heading.getBoundingClientRect().top < innerHeight), true)
  await press(page, 'Send')
  await status(page).filter({ hasText: /^200/ }).waitFor()
  await settles(wide, 0)
  await assertAccessible(page)
  assert.deepEqual(complaints, [])
  await close()
})

test('a session that ended meanwhile is said, and gone on with', async () => {
  const [email, password] = ['second@example.com', 'another long password']
  const second = await pb.collection('_superusers').create({ email, password, passwordConfirm: password })
  const { page, close } = await openPage(dashboard.browser)
  await page.goto(`${dashboard.server.url}/_/${address('posts', 'delete')}`)
  await signIn(page, email, password)
  await shown(page, 'Delete')
  await pb.collection('_superusers').update(second.id, { password: `${password} 2`, passwordConfirm: `${password} 2` })
  await press(page, 'Send')
  await press(page, 'Delete it')
  await status(page).filter({ hasText: /^403/ }).waitFor()
  await page.getByRole('heading', { name: 'Your session ended' }).waitFor()
  await page.getByLabel('Password').fill(`${password} 2`)
  await page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click()
  await hasCount(page.getByRole('dialog'), 0)
  await turn(page, 'View')
  await press(page, 'Send')
  await status(page).filter({ hasText: /^200 OK .* as superuser$/ }).waitFor()
  await close()
})
