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
  /** Records a second. */
  rate: number
}

const SHOWN = 5

/** Sends dead letters of KAFKA_GROUP_ID to their plugins once more, or says which those would be. */
export async function redriveDeadLetters(options: RedriveOptions): Promise<void> {
  const { config, kafka } = connectionOf(process.env)
  const stop = new AbortController()
  const interrupt = onInterrupt(() => stop.abort())
  try {
    const redriven = await redrivenBefore(kafka, config, stop.signal)
    const chosen = { ...options, group: config.KAFKA_GROUP_ID }
    const plan = await planRedrive(chosen, redriven)
    if (options.yes !== true) return print(preview(plan))
    const startMs = clock.now()
    const producer = await createProducer(kafka)
    const redrive = new Redrive(producer, options.rate, redriven, stop.signal)
    try {
      await redrive.send(plan.planned)
      // What is given up meanwhile is not redriven again by the same command.
      const older = { ...chosen, to: options.to ?? startMs }
      for (let left = plan.total - plan.planned.length; left > 0; ) {
        const next = await planRedrive(older, redriven)
        await redrive.send(next.planned)
        left = next.total - next.planned.length
      }
    } finally {
      print(`${redrive.sent} redriven, ${plan.before} had been before`)
      await producer.close()
    }
  } finally {
    interrupt.end()
  }
}

/** One record after the other, so that what was sent is always the beginning of each partition. */
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
    for (const { letter, record } of planned) {
      await this.#pace()
      if (this.#signal.aborted) throw interrupted()
      const { topic, ...rest } = record
      await this.#producer.send(topic, [rest])
      this.#redriven.add(letter.place)
      this.sent += 1
    }
  }

  /** Time that a slow answer took is not made up for: the rate is a limit. */
  async #pace(): Promise<void> {
    const nowMs = clock.now()
    if (this.#nextMs > nowMs) await clock.sleep(this.#nextMs - nowMs, this.#signal)
    this.#nextMs = Math.max(nowMs, this.#nextMs) + this.#intervalMs
  }
}

function preview({ planned, counts, total, before }: Plan): string {
  const sums = [...counts].sort().map(([what, count]) => `  ${what}: ${count}`)
  const first = planned.slice(0, SHOWN).map(({ letter }) => lineOf(letter))
  const then = total === 0 ? [] : ['nothing was sent: with --yes they are']
  return [`${total} to redrive, ${before} had been before`, ...sums, ...first, ...then].join('\n')
}

function interrupted(): InventoryEventsError {
  const message = 'interrupted; run it again for the rest, none is sent twice'
  return new InventoryEventsError('USAGE', message)
}
