import { isatty } from 'node:tty'
import { type DestinationStream, destination } from 'pino'
import { logText } from './text.ts'

export type LogFormat = 'json' | 'text'

export const STDOUT = 1
export const STDERR = 2

/** The format that is set or, if none is, text for a terminal and JSON for all else. */
export function logFormat(fd: number, set: LogFormat | undefined): LogFormat {
  return set ?? (isatty(fd) ? 'text' : 'json')
}

/** Where a logger writes its lines. */
export function logOutput(fd: number, set: LogFormat | undefined): DestinationStream {
  const output = destination({ fd, sync: true })
  if (logFormat(fd, set) === 'json') return output
  return { write: (line) => void output.write(logText(line)) }
}
