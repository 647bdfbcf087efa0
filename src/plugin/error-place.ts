import { execFile } from 'node:child_process'
import { frameAt, isOwnSource, pathOf } from '../util/failure/frames.ts'

/** How long Node may take to parse one file. */
const CHECK_LIMIT_MS = 5_000

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
  const frames = stack.split('\n').flatMap((line) => frameAt(line) ?? [])
  const others = frames.filter(({ path }) => !path.startsWith('node:'))
  const found =
    frames.find(({ path }) => path === file) ?? others.find(({ path }) => !isOwnSource(path))
  return found && `${found.path}:${found.place}`
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
