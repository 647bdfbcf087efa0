import { messageOf } from '../../util/errors.ts'
import { printError } from './output.ts'

const CAUSES_MAX = 8

/** Prints an error's message; with LOG_LEVEL=debug or trace also its causes. */
export function reportError(error: unknown, env: Readonly<Record<string, string | undefined>>) {
  const isVerbose = ['debug', 'trace'].includes(env.LOG_LEVEL ?? '')
  const lines = [`error: ${messageOf(error)}`, ...(isVerbose ? causesOf(error) : [])]
  printError(lines.join('\n'))
}

function causesOf(error: unknown): string[] {
  const lines: string[] = []
  let next = error instanceof Error ? error.cause : undefined
  while (next !== undefined && lines.length < CAUSES_MAX) {
    lines.push(
      `  caused by: ${next instanceof Error ? (next.stack ?? next.message) : messageOf(next)}`,
    )
    next = next instanceof Error ? next.cause : undefined
  }
  return lines
}
