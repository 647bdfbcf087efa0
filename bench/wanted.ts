// The cost of a wanted event whose handler does nothing, from the peek to the offset ledger, with the
// memory store. Needs no Kafka. Prints CPU time per event, round by round.
//
//   node bench/wanted.ts [events]
import { OffsetLedger } from '../src/pipeline/offset-ledger.ts'
import { barePipeline, readAs } from './lib/bare-pipeline.ts'
import { createStream } from './lib/events.ts'
import { readMix } from './lib/mix.ts'

const EVENTS = Number(process.argv[2] ?? 200_000)
const next = createStream({ seed: 1, entities: 10_000, products: 100, mix: readMix(undefined) })
const records = Array.from({ length: EVENTS }, () => readAs(next()))

for (let round = 0; round < 5; round++) {
  const pipeline = barePipeline([{ slug: 'all', processEvent() {} }])
  const lost = new AbortController().signal
  const epoch = { topic: `events${round}`, partition: 0, ledger: new OffsetLedger(0), lost }
  await pipeline.begin(epoch)
  const start = process.cpuUsage()
  for (const [offset, record] of records.entries()) {
    const taken = { topic: epoch.topic, partition: 0, offset, timestampMs: Date.now(), ...record }
    for (;;) {
      const obstacle = pipeline.take(epoch, taken)
      if (obstacle === undefined) break
      await obstacle.cleared
    }
    if (offset % 2_000 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  while (pipeline.stats().inFlightDeliveries > 0) await new Promise((r) => setTimeout(r, 1))
  const { user, system } = process.cpuUsage(start)
  process.stdout.write(`${(((user + system) * 1_000) / EVENTS).toFixed(0)} ns\n`)
}
process.exit(0)
