import type {
  ExplainedDeadLetter,
  ExplainedPlugin,
  ExplainedRecord,
  Explanation,
} from '../../explain/explanation.ts'

const MASKED = 'masked for this role'

/** An explanation without what may hold content of events: for users who do not see all of it. */
export function maskedExplanation(explanation: Explanation): Explanation {
  const { records, letters } = explanation
  return { ...explanation, records: records.map(maskedRecord), letters: letters.map(maskedLetter) }
}

function maskedRecord(record: ExplainedRecord): ExplainedRecord {
  const { content, plugins, letters } = record
  return {
    ...record,
    content: content.type === 'undecodable' ? { ...content, why: MASKED } : content,
    plugins: plugins.map(maskedPlugin),
    letters: letters.map(maskedLetter),
  }
}

/** A filter by name shows no more than the name. */
function maskedPlugin(plugin: ExplainedPlugin): ExplainedPlugin {
  const { filter, remembers, letters } = plugin
  const isByName = filter.decision !== 'error' && !filter.why.startsWith('where:')
  return {
    ...plugin,
    filter: isByName ? filter : { ...filter, why: MASKED },
    remembers: remembers?.type === 'state' ? { ...remembers, value: MASKED } : remembers,
    letters: letters.map(maskedLetter),
  }
}

function maskedLetter(letter: ExplainedDeadLetter): ExplainedDeadLetter {
  return { ...letter, error: MASKED, code: null, thrown: null }
}
