import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A line of a stack that names a place in a file. */
export interface Frame {
  /** `at name (path:line:column)`. */
  text: string
  path: string
  /** `line:column`. */
  place: string
}

/** The service's own source: its frames say nothing about a plugin. */
const OWN_SOURCE = fileURLToPath(new URL('../..', import.meta.url))

/** How much of a stack is read: more was not written by Node. */
const STACK_MAX = 16_384
const LINE_MAX = 300

/** The frames of a stack. Its head repeats the message, which may hold lines that look like frames. */
export function framesOf(stack: string, message: string): Frame[] {
  const head = stack.indexOf(message)
  const start = head === -1 ? 0 : head + message.length
  return stack
    .slice(start, start + STACK_MAX)
    .split('\n')
    .flatMap((line) => frameAt(line) ?? [])
}

/** `file:line:column` of the frame that most likely is the plugin's. */
export function likelyPlace(frames: readonly Frame[]): string | undefined {
  const others = frames.filter(({ path }) => !path.startsWith('node:'))
  const foreign = others.filter(({ path }) => !isOwnSource(path))
  const frame = foreign.find(({ path }) => !path.includes('/node_modules/')) ?? foreign[0]
  const found = frame ?? others[0]
  return found && `${basename(found.path)}:${found.place}`
}

export function isOwnSource(path: string): boolean {
  return path.startsWith(OWN_SOURCE)
}

/** Reads `    at name (path:line:column)`, or the same without a name, in time linear in the text. */
export function frameAt(line: string): Frame | undefined {
  const text = line.trim()
  if (!text.startsWith('at ') || text.length > LINE_MAX) return undefined
  const inner = text.endsWith(')') ? text.slice(text.lastIndexOf('(') + 1, -1) : text.slice(3)
  const [column, row, ...rest] = inner.split(':').reverse()
  if (rest.length === 0 || !isNumber(row) || !isNumber(column)) return undefined
  const path = rest.reverse().join(':')
  return { text, path: pathOf(path.replace(/^async /, '')), place: `${row}:${column}` }
}

/** The path of a file's URL; other text unchanged. */
export function pathOf(text: string): string {
  if (!text.startsWith('file://')) return text
  try {
    return fileURLToPath(text.split('?', 1)[0] as string)
  } catch {
    return text
  }
}

function isNumber(text: string | undefined): boolean {
  return text !== undefined && /^\d+$/.test(text)
}
