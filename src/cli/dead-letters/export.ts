import { type DeadLetterInfo, originalHeaders } from '../../dead-letter/read-dead-letter.ts'
import type { SourceRecord } from '../../event/record.ts'
import { timestampText } from '../../event/timestamp.ts'
import type { DeadLetterOptions } from './options.ts'
import { scanDeadLetters } from './scan.ts'

/** Prints each dead letter as a line of JSON with the complete original record. */
export function exportDeadLetters(options: DeadLetterOptions): Promise<void> {
  return scanDeadLetters(options, (deadLetter, record) =>
    write(`${JSON.stringify(lineOf(deadLetter, record))}\n`),
  )
}

function lineOf(deadLetter: DeadLetterInfo, record: SourceRecord) {
  const { timestampMs, ...rest } = deadLetter
  const headers = Object.entries(originalHeaders(record)).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.map(base64) : base64(value),
  ])
  return {
    ...rest,
    time: timestampText(timestampMs),
    key: base64(record.key),
    value: base64(record.value),
    headers: Object.fromEntries(headers),
  }
}

function base64(bytes: Buffer | string | null | undefined): string | null {
  return bytes == null ? null : Buffer.from(bytes).toString('base64')
}

/** Waits while stdout is full, because its reader may be slower than Kafka. */
function write(line: string): void | Promise<void> {
  if (process.stdout.write(line)) return
  return new Promise((resolve) => process.stdout.once('drain', () => resolve()))
}
