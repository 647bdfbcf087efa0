import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** How long Node may take to parse one file. */
const CHECK_LIMIT_MS = 5_000

/** The service's own source: its stack frames say nothing about a plugin. */
const OWN_SOURCE = fileURLToPath(new URL('..', import.meta.url))

/**
 * Where a plugin's module failed to load, as `file:line` or `file:line:column`: in the plugin's own
 * file if that is on the stack, else in what it imports. Undefined where Node does not say.
 */
export async function placeOfError(error: unknown, file: string): Promise<string | undefined> {
  if (!(error instanceof Error)) return undefined
  const place = headerPlace(error.stack) ?? framePlace(error.stack, file)
  if (place !== undefined || !(error instanceof SyntaxError)) return place
  return headerPlace(await syntaxCheck(file))
}

/** Node begins the stack of most syntax errors with a line `file:line`. */
function headerPlace(stack = ''): string | undefined {
  const [, path, line] =
    /^(\/.+|[a-z]:\\.+|file:\/\/.+):(\d+)$/im.exec(stack.split('\n')[0] ?? '') ?? []
  return path === undefined ? undefined : `${pathOf(path)}:${line}`
}

function framePlace(stack = '', file: string): string | undefined {
  const frames = stack.split('\n').flatMap((line) => {
    const frame = frameAt(line)
    return frame === undefined ? [] : [frame]
  })
  const others = frames.filter(({ path }) => !/^node:|^async /.test(path))
  const found =
    frames.find(({ path }) => path === file) ??
    others.find(({ path }) => !path.startsWith(OWN_SOURCE))
  return found && `${found.path}:${found.place}`
}

/** Reads `    at name (path:line:column)`, or the same without a name, in time linear in the text. */
function frameAt(line: string): { path: string; place: string } | undefined {
  const text = line.trim()
  if (!text.startsWith('at ')) return undefined
  const inner = text.endsWith(')') ? text.slice(text.lastIndexOf('(') + 1, -1) : text.slice(3)
  const [column, row, ...rest] = inner.split(':').reverse()
  if (rest.length === 0 || !isNumber(row) || !isNumber(column)) return undefined
  return { path: pathOf(rest.reverse().join(':')), place: `${row}:${column}` }
}

function isNumber(text: string | undefined): boolean {
  return text !== undefined && /^\d+$/.test(text)
}

/** Node reports the place of a syntax error in an ES module only if it is asked to check the file. */
function syntaxCheck(file: string): Promise<string> {
  return new Promise((resolve) => {
    const options = { timeout: CHECK_LIMIT_MS, env: {} }
    execFile(process.execPath, ['--check', file], options, (_error, _stdout, stderr) =>
      resolve(stderr),
    )
  })
}

function pathOf(text: string): string {
  return text.startsWith('file://') ? fileURLToPath(text.split('?', 1)[0]!) : text
}
