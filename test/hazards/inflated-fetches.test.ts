import { randomBytes } from 'node:crypto'
import kafkajs from 'kafkajs'
import { describe, expect, it } from 'vitest'
import type { Event } from '../../src/event/event.ts'
import { pluginEvent } from '../support/events.ts'
import { situation } from '../support/service-kit.ts'
import { HOLDS_MS, kafkaClient } from '../support/stack.ts'
import { pinnedBytes } from './pinned-bytes.ts'

type Situation = Awaited<ReturnType<typeof situation>>

const MB = 1_000_000
const PARTITIONS = 16
const EACH_BYTES = 200_000
const NOISE_BYTES = 384
const PER_BATCH = 100
const BATCHES_EACH = 2

/** Peak of referenced bytes while records are delivered; measured once for each batch. */
function peakOfPinned() {
  const before = pinnedBytes()
  let handed = 0
  let peak = 0
  return {
    sees(records: number): void {
      handed += records
      if (handed % PER_BATCH === 0) peak = Math.max(peak, pinnedBytes() - before)
    },
    handed: () => handed,
    bytes: () => peak,
  }
}

/** A small part of it is incompressible. */
function compressible(): Event {
  const noise = randomBytes(NOISE_BYTES).toString('base64')
  return pluginEvent('noise', { id: 'n', padding: noise.padEnd(EACH_BYTES, 'x') })
}

async function fill({ topic, record }: Situation): Promise<void> {
  const producer = kafkaClient().producer()
  await producer.connect()
  const compression = kafkajs.CompressionTypes.GZIP
  for (let n = 0; n < BATCHES_EACH * PARTITIONS; n++) {
    const partition = n % PARTITIONS
    const one = () => ({ ...record(compressible()), partition })
    await producer.send({ topic, messages: Array.from({ length: PER_BATCH }, one), compression })
  }
  await producer.disconnect()
}

describe('records that expand five hundredfold', () => {
  it('the service decompresses a part at a time', async () => {
    const filled = await situation({ plugins: [], partitions: PARTITIONS })
    await fill(filled)
    const peak = peakOfPinned()
    const looking = {
      slug: 'looking',
      processEvent() {},
      wantsProcessEvent() {
        peak.sees(1)
        return false
      },
    }
    await filled.start({}, [looking])
    await filled.caughtUp(HOLDS_MS)
    expect(peak.handed()).toBe(PARTITIONS * BATCHES_EACH * PER_BATCH)
    // Two batches of 20 MB: while one is read, one more is decompressed.
    expect(peak.bytes()).toBeLessThan(100 * MB)
  })
})
