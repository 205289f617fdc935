/** What a program begins with before it asks a server anything. */
import { inDart, inScript } from './literals'

/** A program in JavaScript, with the official SDK. */
export function scriptOf(server: string, ...parts: string[]): string {
  const head = `import PocketBase from 'pocketbase'\n\nconst pb = new PocketBase(${inScript(server)})`
  return [head, ...parts.filter((part) => part !== '')].join('\n\n')
}

/** A program in Dart, with the official SDK; `imports` are lines for what else it needs. */
export function dartProgramOf(server: string, parts: readonly string[], imports: readonly string[] = []): string {
  const needed = [...imports, "import 'package:pocketbase/pocketbase.dart';"].sort().join('\n')
  return [needed, `final pb = PocketBase(${inDart(server)});`, ...parts.filter((part) => part !== '')].join('\n\n')
}
