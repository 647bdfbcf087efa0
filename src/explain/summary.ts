import { completedAt } from './completed-at.ts'
import type {
  ExplainedDeadLetter,
  ExplainedPlugin,
  ExplainedRedrive,
  ExplainedStart,
  Explanation,
  Progress,
} from './explanation.ts'
import type { KnownRecord } from './record.ts'

export type PluginFacts = Omit<ExplainedPlugin, 'plugin' | 'summary' | 'filter'> & {
  known: KnownRecord
  progress: Progress
  events: Explanation['events']
  /** What keeps the record from all plugins. */
  obstacle: string | null
  /** The dead letter of a record that is none of an event, for all plugins at once. */
  letterForAll: ExplainedDeadLetter | undefined
}

/** The most certain source decides: first what was recorded, then what would happen now. */
export function summaryOf(filter: ExplainedPlugin['filter'], facts: PluginFacts): string {
  const { letters, redrives, completion } = facts
  const redrive = redrives.at(-1)
  if (redrive !== undefined)
    return `redriven at ${redrive.time}, ${redrivenSummary(filter, redrive)}`
  const letter = letters.at(-1)
  if (letter !== undefined) return `dead-lettered: ${letter.reason}`
  switch (completion.type) {
    case 'completed':
      return completedSummary(completion)
    case 'claimed':
      return `being processed by ${completion.by}`
    case 'none':
    case 'unknown':
      return facts.known.read.type === 'event'
        ? unrecordedSummary(filter, facts)
        : unreadSummary(filter, facts)
  }
}

/** The record holds no event, or none that can be read now. */
function unreadSummary(filter: ExplainedPlugin['filter'], facts: PluginFacts): string {
  const { known, obstacle, letterForAll, progress } = facts
  if (letterForAll !== undefined) return `dead-lettered for all plugins: ${letterForAll.reason}`
  if (obstacle === null) return unrecordedSummary(filter, facts)
  if (known.read.type !== 'undecodable') return `not called: ${obstacle}`
  return progress.type === 'done'
    ? `not called: ${obstacle}; no dead letter of it was found`
    : `not called: ${obstacle}; it will be dead-lettered`
}

/** Filters are evaluated again for a redrive, so it may be unwanted now. */
function redrivenSummary(filter: ExplainedPlugin['filter'], redrive: ExplainedRedrive): string {
  const { completion, progress, summary } = redrive
  const isUnrecorded = progress.type === 'done' && completion.type === 'none'
  return isUnrecorded && filter.decision === 'unwanted' ? 'unwanted' : summary
}

function completedSummary(completion: Completed): string {
  const { at, content, expired } = completion
  if (content === 'other') return `completed at ${at} with other content: a conflict`
  return expired ? `${completedAt(completion)}, expired since` : completedAt(completion)
}

type Completed = Extract<ExplainedPlugin['completion'], { type: 'completed' }>

function unrecordedSummary(filter: ExplainedPlugin['filter'], facts: PluginFacts): string {
  const { completion, progress, passedBy } = facts
  if (filter.decision === 'unwanted') return 'unwanted'
  if (passedBy !== null) return belowStartSummary(startText(passedBy), facts)
  switch (progress.type) {
    case 'done':
      return completion.type === 'unknown'
        ? 'the group has committed past it; whether it was completed is unknown'
        : 'the group has committed past it, and no completion is recorded'
    case 'not-done':
      return waitingSummary(facts)
    case 'never-committed':
      return 'the group has no committed offset in its partition yet'
    case 'unknown':
      return 'unknown'
  }
}

/** The record may have been completed before the plugin's start was set above it. */
function belowStartSummary(start: string, { completion, progress }: PluginFacts): string {
  if (progress.type !== 'done') return `will be skipped: below ${start}`
  return completion.type === 'none'
    ? `skipped: below ${start}`
    : `skipped, unless it was completed before (unknown): below ${start}`
}

/** `the plugin's start of 2026-01-01T00:00:00.000Z by ann: a reason`. */
function startText({ at, by, why }: ExplainedStart): string {
  return `the plugin's start of ${at} by ${by}${why && `: ${why}`}`
}

function waitingSummary({ events, state, obstacle }: PluginFacts): string {
  if (obstacle !== null) return `not completed yet: ${obstacle}`
  if (events === 'off') return 'not completed: events are off, so it will be skipped'
  if (state.state === 'disabled') {
    return 'not completed: the plugin is disabled, so it will be skipped'
  }
  if (state.state === 'paused') return 'not completed: the plugin is paused'
  return 'not completed yet'
}
