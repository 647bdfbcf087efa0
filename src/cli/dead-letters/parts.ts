import { loadContract } from '../../avro/own-kinds/load-contract.ts'
import type { LetterChoice } from '../../operate/dead-letters/letter-choice.ts'
import { type Scan, type ScanParts, scanLetters } from '../../operate/dead-letters/scan-letters.ts'
import { readSettled, type Settled } from '../../operate/dead-letters/settled.ts'
import { connectionOf } from '../shared/connection.ts'
import { onInterrupt } from '../shared/interrupt.ts'
import { rangeOf } from '../shared/search-options.ts'
import { contentReader } from './content.ts'
import { requireKnown } from './known.ts'
import { placeFrom } from './place.ts'

export interface LetterParts extends ScanParts {
  groupId: string
  settled: Settled
  /** Scans the chosen dead letters. Throws USAGE for a plugin or a kind that nothing has. */
  scan: Scan
}

/** Runs a command on dead letters of KAFKA_TOPICS. Ctrl-C ends its reading with an error. */
export async function withLetters(
  choice: LetterChoice,
  work: (parts: LetterParts) => Promise<void>,
): Promise<void> {
  for (const place of choice.places ?? []) placeFrom(place)
  rangeOf(choice)
  const { config, kafka } = connectionOf(process.env)
  const groupId = config.KAFKA_GROUP_ID
  const isRequired = choice.kind !== undefined || choice.id !== undefined
  const reader = contentReader({ isRequired })
  const stop = new AbortController()
  const interrupt = onInterrupt(() => stop.abort())
  const parts = { config, kafka, reader, signal: stop.signal }
  try {
    const settled = await readSettled(kafka, config, stop.signal)
    await work({
      ...{ ...parts, groupId, settled },
      async scan(choice, onLetter) {
        const names = await scanLetters(choice, parts, onLetter)
        const { kinds } = loadContract(config.EVENT_SCHEMAS)
        await requireKnown(choice, { slugs: settled.slugs, names }, { kinds, kafka, groupId })
      },
    })
  } finally {
    interrupt.end()
    reader.close()
  }
}
