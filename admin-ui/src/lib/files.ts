/** Files by their names. */

/** Whether a browser shows it and the server makes it small. */
export function isImage(name: string): boolean {
  return /\.(png|jpe?g|gif|webp)$/i.test(name)
}
