/** One level of the stack of a thread that is stopped, as the inspector tells it. */
export interface Frame {
  functionName: string
  url: string
  /** From 1. */
  line: number
}

const FRAMES = 5
/** Where our modules are; examples are plugins wherever they are. */
const OURS = new URL('..', import.meta.url).href
const EXAMPLES = new URL('../examples/', import.meta.url).href

/** Whether the frame is of a plugin, or of something that a plugin uses: not of Node and not of ours. */
export function isForeign({ url }: Pick<Frame, 'url'>): boolean {
  if (url.startsWith('node:')) return false
  return !url.startsWith(OURS) || url.startsWith(EXAMPLES)
}

/**
 * The lines of code of a stack, innermost first, without those of Node, which only say how the code
 * came to run. The innermost one that is foreign is among them, however deep it is.
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
