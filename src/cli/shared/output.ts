import type { DestinationStream } from 'pino'
import { InventoryEventsError } from '../../util/errors.ts'
import { type LogFormat, logFormat, STDERR } from '../../util/log/format.ts'
import { logText } from '../../util/log/text.ts'
import { foreignLines, jsonText } from '../../util/text/foreign-text.ts'
import { clearProgress } from './progress-line.ts'
import { type Table, tableText } from './table.ts'

/** Prints to stdout. Whatever others put into the text, a terminal obeys none of it. */
export function print(text: string, onWritten?: () => void): void {
  clearProgress()
  process.stdout.write(`${foreignLines(text)}\n`, onWritten)
}

/** Prints to stderr, as `print` does. */
export function printError(text: string): void {
  clearProgress()
  process.stderr.write(`${foreignLines(text)}\n`)
}

/** Prints a value as indented JSON to stdout. */
export function printJson(value: unknown, onWritten?: () => void): void {
  print(jsonText(value, 2), onWritten)
}

/** Prints to stdout, and waits while it is full: its reader may be slower than Kafka. */
export function printAndWait(text: string): void | Promise<void> {
  clearProgress()
  if (process.stdout.write(`${foreignLines(text)}\n`)) return
  return new Promise((resolve) => process.stdout.once('drain', () => resolve()))
}

/** Ends the process when all is written: a plugin may have opened handles that would keep it alive. */
export function exitWhenWritten(): void {
  process.stdout.write('', () => process.exit())
}

/** Prints a table to stdout: fitted to a terminal, complete elsewhere. */
export function printTable(table: Table): void {
  const { isTTY, columns } = process.stdout
  print(tableText(table, isTTY && columns > 0 ? columns : undefined))
}

/** Where commands log to: stderr, as stdout is for their results. */
export function commandLog(format: LogFormat | undefined): DestinationStream {
  const isText = logFormat(STDERR, format) === 'text'
  return {
    write(line) {
      clearProgress()
      process.stderr.write(isText ? logText(line) : line)
    },
  }
}

/**
 * A reader such as `head` may close the pipe when it has what it wants. That is no error: what is
 * printed after that is dropped, and the command continues, since it may be changing something.
 */
export function ignoreClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (!isClosedPipe(error)) throw error
    })
  }
}

/** Ends the process when the reader of stdout is gone: for commands that only print, and much. */
export function exitOnClosedPipe(): void {
  process.stdout.on('error', () => process.exit())
}

/** Node reports later writes as those to a destroyed stream. */
function isClosedPipe({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED'
}

/** An error of code USAGE: the command can't do what its arguments ask for. */
export function usage(message: string): InventoryEventsError {
  return new InventoryEventsError('USAGE', message)
}
