import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { builtInContract } from '../../../src/avro/schema/contract-schemas.ts'
import { INVENTORY_KINDS } from '../../../src/event/kinds.ts'
import { createMeantName } from '../../../src/event/meant-name.ts'
import { publishLines } from '../../../src/publish/publish-lines.ts'
import { createPublisher } from '../../../src/publish/publisher.ts'
import { readLines } from '../../../src/publish/read-lines.ts'
import { settled } from '../../support/manual-clock.ts'
import { fakeProducer } from './fake-producer.ts'

const LINES = 200_000
const LINES_PER_CHUNK = 250
/** A very busy machine takes a minute. */
const TIMEOUT_MS = 400_000

async function* manyLines() {
  for (let i = 0; i < LINES; i += LINES_PER_CHUNK) {
    const lines = Array.from({ length: LINES_PER_CHUNK }, (_, j) => eventLine(i + j))
    yield Buffer.from(lines.join(''))
  }
}

function eventLine(i: number): string {
  return `{"id":"evt-${i}","kind":"inventory.destroyed","time":"2024-01-15T10:30:00Z","transactionId":"t","flowId":"f","entityId":"ent_${i % 500}"}\n`
}

it(
  'holds hundreds of thousands of lines in bounded memory',
  async () => {
    let sent = 0
    let peakBytes = 0
    const startBytes = bytesInUse()
    const { producer } = fakeProducer(() => undefined)
    const publisher = createPublisher({
      contract: builtInContract(),
      producer: {
        ...producer,
        async send(_, records) {
          await settled()
          sent += records.length
          if (sent % 50_000 < records.length) peakBytes = Math.max(peakBytes, bytesInUse())
          return []
        },
      },
      destinations: { of: () => ({ topic: 'inventory.events', schemaId: 1 }) },
    })
    const counts = await publishLines({
      lines: readLines(manyLines(), 1_000_000),
      maxLineBytes: 1_000_000,
      publisher,
      kinds: INVENTORY_KINDS,
      mint: { id: () => 'minted', nowMs: () => 0 },
      meantName: createMeantName(INVENTORY_KINDS),
      stop: new AbortController(),
      onBadLine: () => {},
      reject: async () => {},
      onProgress: () => {},
    })
    expect(counts).toEqual({ lines: LINES, published: LINES, bad: 0 })
    expect(sent).toBe(LINES)
    // The input is 26 MB, and several times that as objects. The limit allows 16 MB of lines, 8 MB of records, and their objects.
    expect(peakBytes).toBeGreaterThan(0)
    expect(peakBytes - startBytes).toBeLessThan(40 * 1_048_576)
  },
  TIMEOUT_MS,
)

/** The memory in use after a garbage collection. */
function bytesInUse(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
