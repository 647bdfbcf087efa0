import { headerText } from '../event/headers.ts'
import { valueAt } from '../event/path.ts'
import type { SourceRecord } from '../event/record.ts'
import { explainFilter, type Reason } from '../filter/explain-filter.ts'
import type { Field } from '../filter/filter.ts'
import { wantedAs } from '../filter/wanted-names.ts'
import { byName } from '../pipeline/intake/evaluate-filters.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import type { ReadRecord } from './event-reader.ts'
import type { ExplainedPlugin } from './explanation.ts'
import type { KnownRecord } from './record.ts'
import { type PluginFacts, summaryOf } from './summary.ts'

type ReadEvent = Extract<ReadRecord, { type: 'event' }>

/** What a plugin did with a record, as far as that is known. */
export function explainPlugin(plugin: LoadedPlugin, facts: PluginFacts): ExplainedPlugin {
  const { state, passedBy, completion, remembers, letters, redrives } = facts
  const filter = filterOf(plugin, facts.known)
  const summary = summaryOf(filter, facts)
  return {
    ...{ plugin: plugin.slug, summary, state, filter, passedBy },
    ...{ completion, remembers, letters, redrives },
  }
}

function filterOf(plugin: LoadedPlugin, { record, read }: KnownRecord): ExplainedPlugin['filter'] {
  if (read.type !== 'event')
    return { decision: 'not-asked', why: 'the record holds no event that can be read' }
  return reevaluated(plugin, record, read)
}

/** Evaluates a plugin's filters on an event again, and says which clause decides. */
export function reevaluated(
  plugin: LoadedPlugin,
  record: SourceRecord,
  read: Pick<ReadEvent, 'name' | 'event'>,
): ExplainedPlugin['filter'] {
  const named = byName(plugin, read.name)
  if (named.type === 'error') return { decision: 'error', why: named.error.message }
  if (named.type === 'unwanted') {
    return { decision: 'unwanted', why: nameReason(plugin, read.name, false) }
  }
  if (plugin.where !== undefined) {
    return decisionOf(explainFilter(plugin.where, fieldsOf(record, read)))
  }
  return { decision: 'wanted', why: nameReason(plugin, read.name, true) }
}

function nameReason(plugin: LoadedPlugin, name: string, isWanted: boolean): string {
  const { wants, wantsProcessEvent } = plugin
  if (wants !== undefined) {
    return isWanted ? `wants has ${wantedAs(wants, name)}` : `wants does not have ${name}`
  }
  if (wantsProcessEvent === undefined) return 'the plugin has no filter'
  return `wantsProcessEvent returned ${isWanted} for ${name}`
}

/** As in the service, the name and `data.` fields come from the payload, others from headers. */
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
