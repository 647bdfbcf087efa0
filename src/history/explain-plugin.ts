import { valueAt } from '../event/path.ts'
import type { SourceRecord } from '../event/record.ts'
import { explainFilter, type Reason } from '../filter/explain-filter.ts'
import type { Field } from '../filter/filter.ts'
import { byName } from '../pipeline/ask.ts'
import { headerText } from '../pipeline/envelope.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import type { ReadRecord } from './event-reader.ts'
import type { KnownRecord } from './explain-record.ts'
import type { ExplainedPlugin, Explanation, Progress } from './explanation.ts'

type ReadEvent = Extract<ReadRecord, { type: 'event' }>

export type PluginFacts = Pick<ExplainedPlugin, 'state' | 'completion' | 'letters'> & {
  known: KnownRecord
  progress: Progress
  events: Explanation['events']
}

/** What a plugin made of a record, as far as that can be told. */
export function explainPlugin(plugin: LoadedPlugin, facts: PluginFacts): ExplainedPlugin {
  const { state, completion, letters } = facts
  const filter = filterOf(plugin, facts.known)
  const summary = summaryOf(filter, facts)
  return { plugin: plugin.slug, summary, state, filter, completion, letters }
}

function filterOf(plugin: LoadedPlugin, { record, read }: KnownRecord): ExplainedPlugin['filter'] {
  if (read.type !== 'event') return { decision: 'not-asked', why: 'its content cannot be read' }
  return askedAgain(plugin, record, read)
}

/** What a plugin's filters say of an event, and which clause decides. */
export function askedAgain(
  plugin: LoadedPlugin,
  record: SourceRecord,
  read: Pick<ReadEvent, 'name' | 'event'>,
): ExplainedPlugin['filter'] {
  const named = byName(plugin, read.name)
  if (named.type === 'error') return { decision: 'error', why: named.error }
  if (named.type === 'unwanted') {
    return { decision: 'unwanted', why: `wantsProcessEvent says no to ${read.name}` }
  }
  if (plugin.where !== undefined) {
    return decisionOf(explainFilter(plugin.where, fieldsOf(record, read)))
  }
  const isAsked = plugin.wantsProcessEvent !== undefined
  const why = isAsked ? `wantsProcessEvent says yes to ${read.name}` : 'it wants every event'
  return { decision: 'wanted', why }
}

/** As the filters of the service see it: names and fields by the payload, the rest by headers. */
function fieldsOf(record: SourceRecord, { name, event }: Pick<ReadEvent, 'name' | 'event'>) {
  return (field: Field): unknown => {
    switch (field.from) {
      case 'name':
        return name
      case 'header':
        return headerText(record, field.header)
      case 'data':
        return valueAt(event, field.path)
    }
  }
}

function decisionOf({ verdict, why }: Reason): ExplainedPlugin['filter'] {
  if (verdict === true) return { decision: 'wanted', why: `where: ${why}` }
  return { decision: verdict === false ? 'unwanted' : 'error', why: `where: ${why}` }
}

/** What is surest first: what was written down, then what would become of it now. */
function summaryOf(filter: ExplainedPlugin['filter'], facts: PluginFacts): string {
  const { letters, completion } = facts
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

function completedSummary({ at, content, expired }: Completed): string {
  if (content === 'other') return `completed at ${at} with other content: a conflict`
  return expired ? `completed at ${at}; that is forgotten by now` : `completed at ${at}`
}

type Completed = Extract<ExplainedPlugin['completion'], { type: 'completed' }>

function unnotedSummary(filter: ExplainedPlugin['filter'], facts: PluginFacts): string {
  const { completion, progress } = facts
  if (filter.decision === 'unwanted') return 'unwanted'
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

function waitingSummary({ events, state }: PluginFacts): string {
  if (events === 'off') return 'not done: events are off, so it will pass by'
  if (state.state === 'disabled') return 'not done: the plugin is disabled, so it will pass by'
  if (state.state === 'paused') return 'not done: the plugin is paused'
  return 'not done yet'
}
