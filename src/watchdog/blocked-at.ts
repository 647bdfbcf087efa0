/** A stack frame of the stopped thread, as the inspector reports it. */
export interface Frame {
  functionName: string
  url: string
  /** From 1. */
  line: number
}

const FRAMES = 5
/** The folder of our modules. Examples count as plugins wherever they are. */
const OURS = new URL('..', import.meta.url).href
const EXAMPLES = new URL('../examples/', import.meta.url).href

/** Whether the frame belongs to a plugin or a library that it uses: neither Node's code nor ours. */
export function isForeign({ url }: Pick<Frame, 'url'>): boolean {
  if (url.startsWith('node:')) return false
  return !url.startsWith(OURS) || url.startsWith(EXAMPLES)
}

/**
 * The lines of a stack, innermost first, without Node's own frames, which only show how the code was
 * called. The innermost foreign line is always included, however deep it is.
 */
export function linesOf(stack: readonly Frame[]): string[] {
  const frames = stack.filter(({ url }) => !url.startsWith('node:'))
  if (frames.length === 0) return stack.slice(0, FRAMES).map(lineOf)
  const foreignAt = frames.findIndex(isForeign)
  const shown = frames.slice(0, FRAMES)
  if (foreignAt >= FRAMES) shown[FRAMES - 1] = frames[foreignAt]!
  return shown.map(lineOf)
}

function lineOf({ functionName, url, line }: Frame): string {
  const place = `${url === '' ? '?' : url}:${line}`
  return functionName === '' ? place : `${functionName} (${place})`
}
