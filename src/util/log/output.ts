import { type DestinationStream, destination } from 'pino'
import { type LogFormat, logFormat } from './format.ts'
import { logText } from './text.ts'

/** Where a logger writes its lines. */
export function logOutput(fd: number, set: LogFormat | undefined): DestinationStream {
  const output = destination({ fd, sync: true })
  if (logFormat(fd, set) === 'json') return output
  return { write: (line) => void output.write(logText(line)) }
}
