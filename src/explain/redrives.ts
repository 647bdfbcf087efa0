import { REDRIVE } from '../dead-letter/headers.ts'
import { type Redriven, redrivenOf } from '../dead-letter/redrive.ts'
import { headerText } from '../event/headers.ts'
import { placeOf } from '../event/record.ts'
import { timestampText } from '../event/time/timestamp.ts'
import { everyPlugin } from '../pipeline/intake/route.ts'
import { completedAt } from './completed-at.ts'
import type { Completion, ExplainedDeadLetter, ExplainedRedrive, Progress } from './explanation.ts'
import type { FoundEvent } from './find-event.ts'
import { type Committed, type KnownRecord, knownRecord, progressOf } from './record.ts'

/** A record of a redrive topic, and its headers. */
export interface Redrive {
  known: KnownRecord
  redriven: Redriven
}

/**
 * The redrives of a group, oldest first. A record that was undecodable and can be decoded now is
 * redriven to all plugins.
 */
export function redrivesOf(
  found: readonly FoundEvent[],
  group: string,
  slugs: readonly string[],
): Redrive[] {
  return found
    .flatMap((event) => {
      const redriven = redrivenOf(event.record)
      if (redriven?.groupId !== group) return []
      const known = knownRecord(event)
      const isForAll = redriven.plugin === everyPlugin.slug && known.print !== undefined
      const receivers = isForAll ? slugs : [redriven.plugin]
      return receivers.map((plugin) => ({ known, redriven: { ...redriven, plugin } }))
    })
    .sort((a, b) => a.redriven.generation - b.redriven.generation)
}

/** The outcome of a redrive, as far as it is known. `letters` are all dead letters of the event. */
export function explainRedrive(
  { known: { record }, redriven }: Redrive,
  completion: Completion,
  letters: readonly ExplainedDeadLetter[],
  committed: Committed | undefined,
): ExplainedRedrive {
  const { plugin, groupId, generation, origin } = redriven
  const place = placeOf(origin)
  const isOfThisRedrive = (letter: ExplainedDeadLetter) =>
    letter.record === place &&
    letter.plugin === plugin &&
    letter.group === groupId &&
    letter.redrives === generation
  const progress = progressOf(record, committed)
  return {
    place: placeOf(record),
    time: timestampText(record.timestampMs),
    plugin,
    generation,
    letter: headerText(record, REDRIVE.letter) ?? null,
    record: place,
    summary: summaryOf(letters.find(isOfThisRedrive), completion, progress),
    progress,
    completion,
  }
}

/** A dead letter is recorded as completed too, so it is looked for first. */
function summaryOf(
  again: ExplainedDeadLetter | undefined,
  completion: Completion,
  { type }: Progress,
): string {
  if (again !== undefined) return `dead-lettered again: ${again.reason}`
  switch (completion.type) {
    case 'completed':
      return completedAt(completion)
    case 'claimed':
      return `being processed by ${completion.by}`
    case 'none':
    case 'unknown':
      if (type === 'unknown') return 'its outcome is unknown'
      if (type !== 'done') return 'not completed yet'
      return completion.type === 'none'
        ? 'the group has committed past it, and no completion is recorded'
        : 'the group has committed past it; whether it was completed is unknown'
  }
}
