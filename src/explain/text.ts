import { failureLine } from '../util/failure/failure.ts'
import { counted } from '../util/text/counted.ts'
import { foreignText, jsonText } from '../util/text/foreign-text.ts'
import { completedAt } from './completed-at.ts'
import type {
  Completion,
  ExplainedDeadLetter,
  ExplainedPlugin,
  ExplainedRecord,
  ExplainedRedrive,
  ExplainedStart,
  Explanation,
  KnownPluginStatus,
  Progress,
  Remembered,
  SearchedTopic,
} from './explanation.ts'
import type { Evidence } from './find-event.ts'

/** An explanation as text. */
export function explanationText(explanation: Explanation): string {
  const { id, group, records, letters, redrives, searched, unknown } = explanation
  const isFound = records.length + letters.length + redrives.length > 0
  return [
    `event ${foreignText(id)}, group ${group}${events(explanation)}`,
    ...records.flatMap((record) => ['', ...recordLines(record)]),
    ...(letters.length > 0
      ? ['', 'dead letters whose records were not found', ...letters.map(fullLetter)]
      : []),
    ...(redrives.length > 0
      ? ['', 'redriven dead letters whose records were not found', ...redrives.map(fullRedrive)]
      : []),
    '',
    ...(isFound
      ? []
      : ['not found: retention or compaction may have removed it, or it never existed']),
    ...searched.map(searchedLine),
    ...unknown.map((each) => `unknown: ${foreignText(each)}`),
  ].join('\n')
}

function events({ events }: Explanation): string {
  return events === 'off' ? '; events are off: no plugin gets any' : ''
}

function recordLines(record: ExplainedRecord): string[] {
  const { place, time, entity, plugins, letters, redrives } = record
  return [
    place,
    `  time         ${time}`,
    `  entity       ${entity === null ? '(no key)' : foreignText(entity)}`,
    ...contentLines(record.content),
    `  group        ${progress(record.progress)}`,
    ...(record.obstacle === null ? [] : [`  obstacle     ${foreignText(record.obstacle)}`]),
    ...letters.map((letter) => `  dead letter  ${ownerOf(letter)}: ${brief(letter)}`),
    ...redrives.map(
      (redrive) => `  redriven     for ${foreignText(redrive.plugin)}: ${briefRedrive(redrive)}`,
    ),
    ...plugins.flatMap(pluginLines),
  ]
}

/** What says that a record that cannot be read holds the event. */
const EVIDENCE: Record<Evidence, string> = {
  payload: 'its payload',
  ce_id: 'its header ce_id',
  'dlq.event-id': 'its header dlq.event-id',
  bytes: 'its bytes, which hold this id somewhere',
}

function contentLines(content: ExplainedRecord['content']): string[] {
  if (content.type !== 'event') {
    const { type, why, knownBy } = content
    const what = type === 'waiting' ? 'cannot be read now' : 'cannot be read'
    return [`  content      ${what}: ${foreignText(why)}`, `  known by     ${EVIDENCE[knownBy]}`]
  }
  const { name, schema, schemaId, repeats } = content
  const lines = [
    `  event        ${foreignText(name)}`,
    `  schema       ${foreignText(schema)}, id ${schemaId}`,
  ]
  if (repeats === null) return lines
  const what = repeats.same ? 'a duplicate of' : 'other content than'
  return [...lines, `  same id      ${what} ${repeats.place}`]
}

function progress(at: Progress): string {
  switch (at.type) {
    case 'done':
      return `past this record (committed offset ${at.committed})`
    case 'not-done':
      return `not past this record (committed offset ${at.committed})`
    case 'never-committed':
      return 'no committed offset in this partition'
    case 'unknown':
      return 'unknown'
  }
}

function pluginLines(explained: ExplainedPlugin): string[] {
  const { plugin, summary, state, filter, passedBy, completion, remembers } = explained
  const { letters, redrives } = explained
  return [
    `  ${plugin}: ${foreignText(summary)}`,
    `    state        ${stateLine(state)}`,
    `    filter       ${filter.decision} now: ${foreignText(filter.why)}`,
    ...(passedBy === null ? [] : [`    starts       ${startLine(passedBy)}`]),
    `    recorded     ${completionLine(completion)}`,
    ...(remembers === null ? [] : [`    remembers    ${rememberedLine(remembers)}`]),
    ...letters.map((letter) => `    dead letter  ${brief(letter)}`),
    ...redrives.map((redrive) => `    redriven     ${briefRedrive(redrive)}`),
  ]
}

function stateLine(state: KnownPluginStatus): string {
  if (state.state === 'unknown') return 'unknown'
  const { by, at, why } = state
  if (at === undefined) return state.state
  return foreignText(`${state.state} since ${at} by ${by}${why ? `: ${why}` : ''}`)
}

function rememberedLine(remembered: Remembered): string {
  switch (remembered.type) {
    case 'state': {
      const { version, value, at } = remembered
      return `${foreignText(jsonText(value))} (version ${version}, stored at ${at})`
    }
    case 'unreadable':
      return `what this version can't read, stored at ${remembered.at}`
    case 'nothing':
      return 'nothing of the entity'
  }
}

function startLine({ first, at, by, why }: ExplainedStart): string {
  return foreignText(`at offset ${first} since ${at} by ${by}${why && `: ${why}`}`)
}

function completionLine(completion: Completion): string {
  switch (completion.type) {
    case 'completed': {
      const { content, expired, conflictAt } = completion
      const other = content === 'other' ? ', for a record with this id and other content' : ''
      const conflict =
        conflictAt === undefined ? '' : `; this content as a conflict at ${conflictAt}`
      return `${completedAt(completion)}${other}${conflict}${expired ? '; expired' : ''}`
    }
    case 'claimed':
      return `claimed by ${foreignText(completion.by)} until ${completion.until}`
    case 'none':
      return `nothing: ${foreignText(completion.why)}`
    case 'unknown':
      return `unknown: ${foreignText(completion.why)}`
  }
}

function brief({ place, time, reason, attempts, ...letter }: ExplainedDeadLetter): string {
  const calls = counted(attempts, 'attempt')
  const { error: message, code, thrown } = letter
  const line = failureLine({ ...thrown, message, code: code ?? undefined })
  return `${place} ${time} ${foreignText(reason)} after ${calls}: ${foreignText(line)}`
}

function fullLetter(letter: ExplainedDeadLetter): string {
  return `  ${ownerOf(letter)}, record ${foreignText(letter.record)}: ${brief(letter)}`
}

function ownerOf({ plugin, group }: ExplainedDeadLetter): string {
  return foreignText(`${plugin} of ${group}`)
}

function briefRedrive({ place, time, generation, letter, summary }: ExplainedRedrive): string {
  const of = letter === null ? '' : ` of ${letter}`
  return foreignText(`${place} ${time} redrive ${generation}${of}: ${summary}`)
}

function fullRedrive(redrive: ExplainedRedrive): string {
  return `  for ${foreignText(redrive.plugin)}, record ${foreignText(redrive.record)}: ${briefRedrive(redrive)}`
}

function searchedLine({ topic, partitions }: SearchedTopic): string {
  const count = partitions.reduce((sum, { first, end }) => sum + end - first, 0)
  const named = partitions.map(({ partition, first, end }) => `${partition}: ${first} to ${end}`)
  const where = named.length > 4 ? `${named.length} partitions` : named.join(', ')
  return `searched ${counted(count, 'offset')} of ${topic} (${where})`
}
