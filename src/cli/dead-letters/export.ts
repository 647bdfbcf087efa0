import { type DeadLetterInfo, originalHeaders } from '../../dead-letter/read-dead-letter.ts'
import type { SourceRecord } from '../../event/record.ts'
import type { DeadLetterOptions } from './options.ts'
import { scanDeadLetters } from './scan.ts'

/** Prints each dead letter as a line of JSON that holds all of the original record. */
export function exportDeadLetters(options: DeadLetterOptions): Promise<void> {
  return scanDeadLetters(options, (letter, record) =>
    write(`${JSON.stringify(lineOf(letter, record))}\n`),
  )
}

function lineOf(letter: DeadLetterInfo, record: SourceRecord) {
  const { timestampMs, ...told } = letter
  const headers = Object.entries(originalHeaders(record)).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.map(base64) : base64(value),
  ])
  return {
    ...told,
    time: new Date(timestampMs).toISOString(),
    key: base64(record.key),
    value: base64(record.value),
    headers: Object.fromEntries(headers),
  }
}

function base64(bytes: Buffer | string | null | undefined): string | null {
  return bytes == null ? null : Buffer.from(bytes).toString('base64')
}

/** Waits where the reader of our output is slower than Kafka. */
function write(line: string): void | Promise<void> {
  if (process.stdout.write(line)) return
  return new Promise((resolve) => process.stdout.once('drain', () => resolve()))
}
