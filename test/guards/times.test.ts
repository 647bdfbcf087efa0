import { glob, readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'

/** A producer may write any number as a timestamp, and `toISOString` throws on most of them. */
it('only one file turns a number into the text of a time', async () => {
  const found: string[] = []
  for await (const file of glob('src/**/*.ts')) {
    const text = await readFile(file, 'utf8')
    if (/new Date\([^)].*toISOString/.test(text)) found.push(file)
  }
  expect(found.sort()).toEqual([
    'src/event/time/timestamp.ts',
    'src/event/time/utc-text.ts',
    'src/kafka/client/tls.ts',
  ])
})
