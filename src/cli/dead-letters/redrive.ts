import { placeOf } from '../../event/record.ts'
import { isLarge } from '../../kafka/producer/is-large.ts'
import { createProducer, type Producer } from '../../kafka/producer/producer.ts'
import { systemClock as clock } from '../../util/clock.ts'
import { InventoryEventsError } from '../../util/errors.ts'
import { connectionOf } from '../shared/connection.ts'
import { onInterrupt } from '../shared/interrupt.ts'
import { print } from '../shared/output.ts'
import { lineOf } from './list.ts'
import type { DeadLetterOptions } from './options.ts'
import { type Plan, type Planned, planRedrive, redrivenBefore } from './plan-redrive.ts'

export interface RedriveOptions extends Omit<DeadLetterOptions, 'limit' | 'group'> {
  yes?: boolean
  /** Records per second. */
  rate: number
}

const SHOWN = 5

/** Redrives dead letters of KAFKA_GROUP_ID, or lists those that would be redriven. */
export async function redriveDeadLetters(options: RedriveOptions): Promise<void> {
  const { config, kafka } = connectionOf(process.env)
  const stop = new AbortController()
  const interrupt = onInterrupt(() => stop.abort())
  try {
    const redriven = await redrivenBefore(kafka, config, stop.signal)
    const chosen = { ...options, group: config.KAFKA_GROUP_ID }
    const plan = await planRedrive(chosen, redriven)
    if (options.yes !== true) {
      print(preview(plan))
      return requireNoStubs(plan)
    }
    const startMs = clock.now()
    const producer = await createProducer(kafka)
    const redrive = new Redrive(producer, options.rate, redriven, stop.signal)
    try {
      await redrive.send(plan.planned)
      // Events that are dead-lettered again in the meantime are not redriven by the same command.
      const older = { ...chosen, to: options.to ?? startMs }
      for (let left = plan.total - plan.planned.length; left > 0; ) {
        const next = await planRedrive(older, redriven)
        await redrive.send(next.planned)
        left = next.total - next.planned.length
      }
    } finally {
      print(`${redrive.sent} redriven, ${plan.before} redriven before`)
      await producer.close()
    }
    requireNoStubs(plan)
  } finally {
    interrupt.end()
  }
}

/** Sends one record at a time, so that an interruption never leaves gaps in a partition's order. */
class Redrive {
  sent = 0
  #producer: Pick<Producer, 'send'>
  #intervalMs: number
  #redriven: Set<string>
  #signal: AbortSignal
  #nextMs = clock.now()

  constructor(
    producer: Pick<Producer, 'send'>,
    ratePerSecond: number,
    redriven: Set<string>,
    signal: AbortSignal,
  ) {
    this.#producer = producer
    this.#intervalMs = 1_000 / ratePerSecond
    this.#redriven = redriven
    this.#signal = signal
  }

  async send(planned: readonly Planned[]): Promise<void> {
    for (const { deadLetter, record } of planned) {
      await this.#pace()
      if (this.#signal.aborted) throw interrupted()
      const { topic, ...rest } = record
      await this.#producer.send(topic, [rest], { compress: isLarge(rest) })
      this.#redriven.add(deadLetter.place)
      this.sent += 1
    }
  }

  /** Does not catch up after a slow send, because the rate is an upper limit. */
  async #pace(): Promise<void> {
    const nowMs = clock.now()
    if (this.#nextMs > nowMs) await clock.sleep(this.#nextMs - nowMs, this.#signal)
    this.#nextMs = Math.max(nowMs, this.#nextMs) + this.#intervalMs
  }
}

function preview({ planned, counts, total, before }: Plan): string {
  const sums = [...counts].sort().map(([what, count]) => `  ${what}: ${count}`)
  const first = planned.slice(0, SHOWN).map(({ deadLetter }) => lineOf(deadLetter))
  const hint =
    total === 0 ? [] : [`Dry run. Add --yes to redrive ${total === 1 ? 'it' : `these ${total}`}.`]
  return [`${total} to redrive, ${before} redriven before`, ...sums, ...first, ...hint].join('\n')
}

/** A stub has no value to redrive. Throws USAGE, naming where the originals are. */
function requireNoStubs({ stubs }: Pick<Plan, 'stubs'>): void {
  if (stubs.length === 0) return
  const originals = stubs
    .slice(0, SHOWN)
    .map(
      ({ plugin, topic, partition, offset }) =>
        `${placeOf({ topic, partition, offset })} (${plugin})`,
    )
  const more = stubs.length > SHOWN ? ` and ${stubs.length - SHOWN} more` : ''
  const message = `${stubs.length} not redriven, because they were too large for the dead-letter topic and only stubs were written. Use replay while their input still holds them: ${originals.join(', ')}${more}`
  throw new InventoryEventsError('USAGE', message)
}

function interrupted(): InventoryEventsError {
  const message = 'interrupted; run it again to redrive the rest, none is sent twice'
  return new InventoryEventsError('USAGE', message)
}
