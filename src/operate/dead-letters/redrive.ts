import type { Kafka } from 'kafkajs'
import { isLarge } from '../../kafka/producer/is-large.ts'
import { createProducer } from '../../kafka/producer/producer.ts'
import type { Pace } from '../pace.ts'
import type { LetterChoice } from './letter-choice.ts'
import { type Plan, type Planned, type PlanParts, planRedrive } from './plan-redrive.ts'
import type { Settled } from './settled.ts'

export interface RedriveParts extends PlanParts {
  kafka: Kafka
  settled: Pick<Settled, 'of' | 'add' | 'hasRedrivePartition'>
  signal: AbortSignal
  pace: Pace
  /** Another one is acknowledged. */
  onRedriven(count: number): void
}

/**
 * Redrives what was planned, and what did not fit into the plan. Sends one record at a time, so that an
 * interruption never leaves gaps in a partition's order. Resolves with how many when `signal` aborts.
 */
export async function redriveAll(
  first: Plan,
  /** Must not match what is dead-lettered in the meantime. */
  choice: LetterChoice,
  parts: RedriveParts,
): Promise<number> {
  const { kafka, settled, signal, pace, onRedriven } = parts
  const producer = await createProducer(kafka)
  let count = 0

  async function send(planned: readonly Planned[]): Promise<void> {
    for (const { deadLetter, record } of planned) {
      await pace.turn()
      if (signal.aborted) return
      const { topic, ...rest } = record
      await producer.send(topic, [rest], { compress: isLarge(rest) })
      settled.add(deadLetter, { type: 'redriven' })
      count += 1
      onRedriven(count)
    }
  }

  try {
    await send(first.planned)
    for (let left = first.total - first.planned.length; left > 0 && !signal.aborted; ) {
      const next = await planRedrive(choice, parts)
      await send(next.planned)
      left = next.total - next.planned.length
    }
    return count
  } finally {
    await producer.close()
  }
}

/** What an audit says of it: how many of each plugin and reason. */
export function sumsOf({ counts }: Plan): string[] {
  return [...counts].map(([letters, count]) => `${letters}: ${count}`)
}
