import { isatty } from 'node:tty'

export type LogFormat = 'json' | 'text'

export const STDOUT = 1
export const STDERR = 2

/** The format that is set or, if none is, text for a terminal and JSON for all else. */
export function logFormat(fd: number, set: LogFormat | undefined): LogFormat {
  return set ?? (isatty(fd) ? 'text' : 'json')
}
