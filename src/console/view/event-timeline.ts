import { completedAt } from '../../explain/completed-at.ts'
import type {
  Completion,
  ExplainedDeadLetter,
  ExplainedPlugin,
  ExplainedRecord,
  ExplainedRedrive,
  Explanation,
} from '../../explain/explanation.ts'
import { failureLine } from '../../util/failure/failure.ts'
import { counted } from '../../util/text/counted.ts'
import { type PluginOutcome, toneOf } from './outcomes.ts'

/** Something that happened to an event. */
export interface TimelineEntry {
  /** RFC 3339. */
  at: string
  /** The plugin; null for all of them. */
  plugin: string | null
  what: string
  tone: PluginOutcome['tone'] | null
  /** Of the record that says so, if one does. */
  place: string | null
}

export interface EventExplanation {
  explanation: Explanation
  /** Oldest first. */
  timeline: TimelineEntry[]
  /** By place and plugin. */
  tones: Record<string, Record<string, PluginOutcome['tone']>>
}

/** What is recorded of an event, in order, beside the explanation. */
export function withTimeline(explanation: Explanation): EventExplanation {
  const { records, letters, redrives } = explanation
  const timeline = [
    ...records.flatMap(ofRecord),
    ...letters.map(ofLetter),
    ...redrives.flatMap(ofRedrive),
  ]
  timeline.sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
  const tones = records.map(({ place, plugins }) => {
    return [place, Object.fromEntries(plugins.map((each) => [each.plugin, toneOf(each)]))] as const
  })
  return { explanation, timeline, tones: Object.fromEntries(tones) }
}

function ofRecord(record: ExplainedRecord): TimelineEntry[] {
  const { place, time: at, plugins, letters, redrives } = record
  return [
    { at, plugin: null, what: 'written to its topic', tone: null, place },
    ...plugins.flatMap(ofPlugin),
    ...letters.map(ofLetter),
    ...redrives.flatMap(ofRedrive),
  ]
}

function ofPlugin(explained: ExplainedPlugin): TimelineEntry[] {
  const { plugin, completion, letters, redrives } = explained
  return [
    // Its dead letter says the same, and why.
    ...(letters.length > 0 && outcomeOf(completion) === 'dead-lettered'
      ? []
      : ofCompletion(plugin, completion)),
    ...letters.map(ofLetter),
    ...redrives.flatMap(ofRedrive),
  ]
}

function ofCompletion(plugin: string, completion: Completion): TimelineEntry[] {
  if (completion.type !== 'completed') return []
  const { at, content } = completion
  const isOther = content === 'other'
  const what = completedAt(completion).replace(` at ${at}`, '')
  const tone = isOther ? 'retrying' : what === 'dead-lettered' ? 'dead' : 'ok'
  const of = isOther ? `${what}, for other content with this id` : what
  return [{ at, plugin, what: of, tone, place: null }]
}

function ofLetter(letter: ExplainedDeadLetter): TimelineEntry {
  const { time: at, plugin, reason, attempts, place, thrown, error: message, code } = letter
  const line = failureLine({ ...thrown, message, code: code ?? undefined })
  const what = `dead-lettered: ${reason} after ${counted(attempts, 'attempt')}: ${line}`
  return { at, plugin, what, tone: 'dead', place }
}

function ofRedrive({ time, plugin, generation, place, completion }: ExplainedRedrive) {
  const what = generation === 1 ? 'redriven' : `redriven, redrive ${generation}`
  const begun: TimelineEntry = { at: time, plugin, what, tone: 'wait', place }
  return outcomeOf(completion) === 'dead-lettered'
    ? [begun]
    : [begun, ...ofCompletion(plugin, completion)]
}

function outcomeOf(completion: Completion): string | null {
  return completion.type === 'completed' ? completion.outcome : null
}
