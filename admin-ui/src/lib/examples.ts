/** The commands that the pages show, ready to paste. */

/** Making a superuser without the set-up link. */
export const CREATE_SUPERUSER = 'tuckbox superuser create you@example.com A_LONG_PASSWORD'

/** Signing a superuser in with curl; `email` is quoted for a POSIX shell. */
export function signInWithCurl(origin: string, email: string): string {
  const body = JSON.stringify({ identity: email, password: 'YOUR_PASSWORD' })
  return [
    `curl ${origin}/api/collections/_superusers/auth-with-password \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d ${shellQuoted(body)}`,
  ].join('\n')
}

/** The same with the JavaScript SDK. */
export function signInWithSdk(origin: string, email: string): string {
  return [
    `import PocketBase from 'pocketbase'`,
    ``,
    `const pb = new PocketBase(${JSON.stringify(origin)})`,
    `await pb.collection('_superusers')`,
    `  .authWithPassword(${JSON.stringify(email)}, 'YOUR_PASSWORD')`,
  ].join('\n')
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
