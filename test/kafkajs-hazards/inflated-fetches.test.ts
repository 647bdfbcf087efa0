import { randomBytes } from 'node:crypto'
import kafkajs from 'kafkajs'
import { describe, expect, it } from 'vitest'
import type { Event } from '../../src/event/event.ts'
import { pluginEvent } from '../support/events.ts'
import { situation } from '../support/service-kit.ts'
import { HOLDS_MS, kafkaClient, uniqueName, until } from '../support/stack.ts'
import { pinnedBytes } from './pinned-bytes.ts'

type Situation = Awaited<ReturnType<typeof situation>>

const MB = 1_000_000
const PARTITIONS = 24
const EACH_BYTES = 50_000
const PER_BATCH = 100
/** More than one fetch takes, since the first ones of the service are not of all partitions yet. */
const BATCHES_EACH = 4

/** The most that is referred to while records are handed over; looked at once for each batch. */
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

/** A hundredth of it does not compress. */
function compressible(): Event {
  const noise = randomBytes(EACH_BYTES / 130).toString('base64')
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

// The service changes kafkajs for the whole process, so what it does by itself comes first.
describe('what is compressed a hundred times', () => {
  let filled: Situation
  let plainPeak = 0

  it('plain kafkajs inflates all of a fetch at once', async () => {
    filled = await situation({ plugins: [], partitions: PARTITIONS })
    await fill(filled)
    const peak = peakOfPinned()
    const consumer = kafkaClient().consumer({ groupId: uniqueName('plain') })
    await consumer.connect()
    await consumer.subscribe({ topic: filled.topic, fromBeginning: true })
    await consumer.run({ eachBatch: async ({ batch }) => peak.sees(batch.messages.length) })
    const total = PARTITIONS * BATCHES_EACH * PER_BATCH
    await until(() => peak.handed() === total, { what: 'kafkajs to read all' })
    await consumer.disconnect()
    plainPeak = peak.bytes()
    expect(plainPeak).toBeGreaterThan(300 * MB)
  })

  it('the service inflates a part', async () => {
    const isFree = () => pinnedBytes() < 50 * MB
    await until(isFree, { what: 'what plain kafkajs read to be let go of' })
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
    expect(peak.bytes()).toBeLessThan(plainPeak / 3)
  })
})
