import type {
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
}

/** What is surest first: what was written down, then what would become of it now. */
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
      return `in work at ${completion.by}`
    case 'none':
    case 'unknown':
      return unnotedSummary(filter, facts)
  }
}

/** Its filter is asked again. */
function redrivenSummary(filter: ExplainedPlugin['filter'], redrive: ExplainedRedrive): string {
  const { completion, progress, summary } = redrive
  const isNotNoted = progress.type === 'done' && completion.type === 'none'
  return isNotNoted && filter.decision === 'unwanted' ? 'unwanted' : summary
}

function completedSummary({ at, content, expired }: Completed): string {
  if (content === 'other') return `completed at ${at} with other content: a conflict`
  return expired ? `completed at ${at}; that is forgotten by now` : `completed at ${at}`
}

type Completed = Extract<ExplainedPlugin['completion'], { type: 'completed' }>

function unnotedSummary(filter: ExplainedPlugin['filter'], facts: PluginFacts): string {
  const { completion, progress, passedBy } = facts
  if (filter.decision === 'unwanted') return 'unwanted'
  if (passedBy !== null) return passedSummary(startText(passedBy), facts)
  switch (progress.type) {
    case 'done':
      return completion.type === 'unknown'
        ? 'the group is done with it; whether it was completed cannot be told'
        : 'the group is done with it, and nothing of it is noted'
    case 'not-done':
      return waitingSummary(facts)
    case 'never-committed':
      return 'the group has committed nothing in its partition yet'
    case 'unknown':
      return 'it cannot be told'
  }
}

/** It may have been done with before somebody said that the plugin starts above it. */
function passedSummary(start: string, { completion, progress }: PluginFacts): string {
  if (progress.type !== 'done') return `passes by: below ${start}`
  return completion.type === 'none'
    ? `passed by: below ${start}`
    : `passed by, or completed before, which cannot be told: below ${start}`
}

/** `the plugin's start of 2026-01-01T00:00:00.000Z by ann: a reason`. */
function startText({ at, by, why }: ExplainedStart): string {
  return `the plugin's start of ${at} by ${by}${why && `: ${why}`}`
}

function waitingSummary({ events, state }: PluginFacts): string {
  if (events === 'off') return 'not done: events are off, so it will pass by'
  if (state.state === 'disabled') return 'not done: the plugin is disabled, so it will pass by'
  if (state.state === 'paused') return 'not done: the plugin is paused'
  return 'not done yet'
}
