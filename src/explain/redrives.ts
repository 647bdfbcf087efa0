import { REDRIVE } from '../dead-letter/headers.ts'
import { type Redriven, redrivenOf } from '../dead-letter/redrive.ts'
import { headerText, placeOf } from '../event/record.ts'
import { everyPlugin } from '../pipeline/intake/route.ts'
import type { Completion, ExplainedDeadLetter, ExplainedRedrive, Progress } from './explanation.ts'
import type { FoundEvent } from './find-event.ts'
import { type Committed, type KnownRecord, knownRecord, progressOf, timeOf } from './record.ts'

/** A record of a redrive topic, and what it says. */
export interface Redrive {
  known: KnownRecord
  redriven: Redriven
}

/** What was redriven for a group, oldest first. Bytes that hold an event by now go to all plugins. */
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

/** What became of it, as far as that can be told. `letters` are all that are known. */
export function explainRedrive(
  { known: { record }, redriven }: Redrive,
  completion: Completion,
  letters: readonly ExplainedDeadLetter[],
  committed: Committed | undefined,
): ExplainedRedrive {
  const { plugin, groupId, generation, origin } = redriven
  const place = placeOf(origin)
  const isAgain = (letter: ExplainedDeadLetter) =>
    letter.record === place &&
    letter.plugin === plugin &&
    letter.group === groupId &&
    letter.redrives === generation
  const progress = progressOf(record, committed)
  return {
    place: placeOf(record),
    time: timeOf(record.timestampMs),
    plugin,
    generation,
    letter: headerText(record, REDRIVE.letter) ?? null,
    record: place,
    summary: summaryOf(letters.find(isAgain), completion, progress),
    progress,
    completion,
  }
}

/** Given up counts as completed too, so a dead letter says more. */
function summaryOf(
  again: ExplainedDeadLetter | undefined,
  completion: Completion,
  { type }: Progress,
): string {
  if (again !== undefined) return `dead-lettered again: ${again.reason}`
  switch (completion.type) {
    case 'completed':
      return `completed at ${completion.at}`
    case 'claimed':
      return `in work at ${completion.by}`
    case 'none':
    case 'unknown':
      if (type === 'unknown') return 'what became of it cannot be told'
      if (type !== 'done') return 'not done yet'
      return completion.type === 'none'
        ? 'the group is done with it, and nothing of it is noted'
        : 'the group is done with it; whether it was completed cannot be told'
  }
}
