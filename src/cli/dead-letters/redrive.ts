import { isLarge } from '../../kafka/producer/is-large.ts'
import { createProducer, type Producer } from '../../kafka/producer/producer.ts'
import { audited } from '../../operate/audited.ts'
import { systemClock as clock } from '../../util/clock.ts'
import { counted } from '../../util/text/counted.ts'
import { foreignText } from '../../util/text/foreign-text.ts'
import { type AuditOptions, auditOf, byCommand } from '../shared/audit.ts'
import { print, printJson, printTable, usage } from '../shared/output.ts'
import { type ListedLetter, letterJson, letterTable } from './found-letter.ts'
import type { LetterChoice } from './options.ts'
import { type LetterParts, withLetters } from './parts.ts'
import { type Plan, type Planned, planRedrive } from './plan-redrive.ts'
import type { Settled } from './settled.ts'

export interface RedriveOptions extends Omit<LetterChoice, 'group'>, AuditOptions {
  yes?: true
  json?: true
  /** Records per second. */
  rate: number
}

const SHOWN = 5

/** Redrives dead letters of KAFKA_GROUP_ID, or lists those that would be redriven. */
export function redriveDeadLetters(options: RedriveOptions): Promise<void> {
  return withLetters(options, async (parts) => {
    const choice = { ...options, group: parts.config.KAFKA_GROUP_ID }
    const plan = await planRedrive(choice, parts)
    if (options.yes) await redriveAudited(plan, choice, parts)
    else showPreview(plan, options)
    requireNoneRefused(plan)
  })
}

/** What was planned, and what did not fit, is one entry. */
function redriveAudited(
  plan: Plan,
  choice: LetterChoice & RedriveOptions,
  parts: LetterParts,
): Promise<void> {
  const work = () => redrive(plan, choice, parts)
  if (plan.total === 0) return work()
  const ports = { kafka: parts.kafka, groupId: parts.config.KAFKA_GROUP_ID }
  const what = [...plan.counts].map(([letters, count]) => `${letters}: ${count}`)
  const actor = byCommand(auditOf(choice))
  const action = { action: 'dead-letters redrive', what, count: plan.total, actor } as const
  return audited(ports, action, work)
}

async function redrive(
  plan: Plan,
  choice: LetterChoice & RedriveOptions,
  parts: LetterParts,
): Promise<void> {
  const startMs = clock.now()
  const producer = await createProducer(parts.kafka)
  const sender = new Sender(producer, choice.rate, parts.settled, parts.signal)
  try {
    await sender.send(plan.planned)
    // Events that are dead-lettered again in the meantime are not redriven by the same command.
    const older = { ...choice, to: choice.to ?? startMs }
    for (let left = plan.total - plan.planned.length; left > 0; ) {
      const next = await planRedrive(older, parts)
      await sender.send(next.planned)
      left = next.total - next.planned.length
    }
  } finally {
    const counts = { redriven: sender.sent, ...beforeOf(plan) }
    if (choice.json) printJson({ ...counts, refused: plan.refused })
    else print(`${sender.sent} redriven, ${beforeText(plan)}`)
    await producer.close()
  }
}

/** Sends one record at a time, so that an interruption never leaves gaps in a partition's order. */
class Sender {
  sent = 0
  #producer: Pick<Producer, 'send'>
  #intervalMs: number
  #settled: Settled
  #signal: AbortSignal
  #nextMs = clock.now()

  constructor(
    producer: Pick<Producer, 'send'>,
    ratePerSecond: number,
    settled: Settled,
    signal: AbortSignal,
  ) {
    this.#producer = producer
    this.#intervalMs = 1_000 / ratePerSecond
    this.#settled = settled
    this.#signal = signal
  }

  async send(planned: readonly Planned[]): Promise<void> {
    for (const { deadLetter, record } of planned) {
      await this.#pace()
      if (this.#signal.aborted) throw usage(INTERRUPTED)
      const { topic, ...rest } = record
      await this.#producer.send(topic, [rest], { compress: isLarge(rest) })
      this.#settled.add(deadLetter, { type: 'redriven' })
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

const INTERRUPTED = 'interrupted; run it again to redrive the rest, none is sent twice'

function showPreview(plan: Plan, { json }: RedriveOptions): void {
  const { total, planned, counts, refused } = plan
  const letters = planned.map(listed)
  const sums = [...counts].sort()
  if (json) {
    const before = beforeOf(plan)
    const byCause = Object.fromEntries(sums)
    printJson({ toRedrive: total, ...before, byCause, letters: letters.map(letterJson), refused })
    return
  }
  print(`${total} to redrive, ${beforeText(plan)}`)
  for (const [what, count] of sums) print(`  ${foreignText(what)}: ${count}`)
  if (total === 0) return
  printTable(letterTable(letters.slice(0, SHOWN)))
  print(`Dry run. Add --yes to redrive ${total === 1 ? 'it' : `these ${total}`}.`)
}

function listed({ deadLetter, id, name }: Planned): ListedLetter {
  return { read: { type: 'letter', letter: deadLetter }, settlement: { type: 'open' }, id, name }
}

function beforeOf({ redrivenBefore, discardedBefore }: Plan) {
  return { redrivenBefore, discardedBefore }
}

function beforeText({ redrivenBefore, discardedBefore }: Plan): string {
  const discarded = discardedBefore > 0 ? `, ${discardedBefore} discarded` : ''
  return `${redrivenBefore} redriven before${discarded}`
}

/** Throws USAGE, naming those that stay open and why. */
function requireNoneRefused({ refused }: Plan): void {
  if (refused.length === 0) return
  const lines = refused.slice(0, SHOWN).map(({ place, why }) => `  ${place}: ${foreignText(why)}`)
  const more = refused.length > SHOWN ? [`  and ${refused.length - SHOWN} more`] : []
  const what = `${counted(refused.length, 'dead letter')} not redriven; "dead-letters discard" closes them:`
  throw usage([what, ...lines, ...more].join('\n'))
}
