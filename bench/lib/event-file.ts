import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Bench } from './bench.ts'
import { createStream } from './events.ts'

/** Writes events to a file as JSON Lines. */
export async function writeEvents({ folder, dataset }: Bench, records: number): Promise<string> {
  const file = join(folder, 'events.jsonl')
  const next = createStream(dataset)
  function* lines() {
    for (let n = 0; n < records; n++) yield `${JSON.stringify(next())}\n`
  }
  await pipeline(lines(), createWriteStream(file))
  return file
}
