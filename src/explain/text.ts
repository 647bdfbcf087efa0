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
  SearchedTopic,
} from './explanation.ts'

/** An explanation for people, in lines. */
export function explanationText(explanation: Explanation): string {
  const { id, group, records, letters, redrives, searched, unknown } = explanation
  const isFound = records.length + letters.length + redrives.length > 0
  return [
    `event ${id}, group ${group}${events(explanation)}`,
    ...records.flatMap((record) => ['', ...recordLines(record)]),
    ...(letters.length > 0
      ? ['', 'dead letters whose records were not found', ...letters.map(fullLetter)]
      : []),
    ...(redrives.length > 0
      ? ['', 'redriven, their records not found', ...redrives.map(fullRedrive)]
      : []),
    '',
    ...(isFound
      ? []
      : ['not found: retention or compaction may have removed it, or it was never there']),
    ...searched.map(searchedLine),
    ...unknown.map((each) => `cannot be told: ${each}`),
    '',
  ].join('\n')
}

function events({ events }: Explanation): string {
  return events === 'off' ? '; events are off: they pass by all plugins' : ''
}

function recordLines(record: ExplainedRecord): string[] {
  const { place, time, entity, plugins, letters, redrives } = record
  return [
    place,
    `  time       ${time}`,
    `  entity     ${entity ?? '(no key)'}`,
    ...contentLines(record.content),
    `  group      ${progress(record.progress)}`,
    ...letters.map(
      (letter) => `  letter     ${letter.plugin} of ${letter.group}: ${brief(letter)}`,
    ),
    ...redrives.map((redrive) => `  redriven   for ${redrive.plugin}: ${briefRedrive(redrive)}`),
    ...plugins.flatMap(pluginLines),
  ]
}

function contentLines(content: ExplainedRecord['content']): string[] {
  if (content.type === 'undecodable') return [`  content    cannot be read: ${content.why}`]
  const { name, schema, schemaId, repeats } = content
  const lines = [`  event      ${name}`, `  schema     ${schema}, id ${schemaId}`]
  if (repeats === null) return lines
  const what = repeats.same ? 'a duplicate of' : 'other content than'
  return [...lines, `  same id    ${what} ${repeats.place}`]
}

function progress(at: Progress): string {
  switch (at.type) {
    case 'done':
      return `done with it (committed ${at.committed})`
    case 'not-done':
      return `not done with it (committed ${at.committed})`
    case 'never-committed':
      return 'has committed nothing in this partition'
    case 'unknown':
      return 'cannot be told'
  }
}

function pluginLines(explained: ExplainedPlugin): string[] {
  const { plugin, summary, state, filter, passedBy, completion, letters, redrives } = explained
  return [
    `  ${plugin}: ${summary}`,
    `    state    ${standing(state)}`,
    `    filter   ${filter.decision} now: ${filter.why}`,
    ...(passedBy === null ? [] : [`    starts   ${startLine(passedBy)}`]),
    `    noted    ${completionLine(completion)}`,
    ...letters.map((letter) => `    letter   ${brief(letter)}`),
    ...redrives.map((redrive) => `    redriven ${briefRedrive(redrive)}`),
  ]
}

function standing(state: KnownPluginStatus): string {
  if (state.state === 'unknown') return 'cannot be told'
  const { by, at, why } = state
  if (at === undefined) return state.state
  return `${state.state} since ${at} by ${by}${why ? `: ${why}` : ''}`
}

function startLine({ first, at, by, why }: ExplainedStart): string {
  return `at offset ${first} since ${at} by ${by}${why && `: ${why}`}`
}

function completionLine(completion: Completion): string {
  switch (completion.type) {
    case 'completed': {
      const { at, content, expired, conflictAt } = completion
      const other = content === 'other' ? ', a record with this id and other content' : ''
      const conflict =
        conflictAt === undefined ? '' : `; this content as a conflict at ${conflictAt}`
      return `completed at ${at}${other}${conflict}${expired ? '; it has expired' : ''}`
    }
    case 'claimed':
      return `claimed by ${completion.by} until ${completion.until}`
    case 'none':
      return `nothing: ${completion.why}`
    case 'unknown':
      return `cannot be told: ${completion.why}`
  }
}

function brief({ place, time, reason, attempts, error }: ExplainedDeadLetter): string {
  const calls = attempts === 1 ? '1 attempt' : `${attempts} attempts`
  return `${place} ${time} ${reason} after ${calls}: ${error.replace(/\s+/g, ' ')}`
}

function fullLetter(letter: ExplainedDeadLetter): string {
  return `  ${letter.plugin} of ${letter.group}, record ${letter.record}: ${brief(letter)}`
}

function briefRedrive({ place, time, generation, letter, summary }: ExplainedRedrive): string {
  const of = letter === null ? '' : ` of ${letter}`
  return `${place} ${time} time ${generation}${of}: ${summary}`
}

function fullRedrive(redrive: ExplainedRedrive): string {
  return `  for ${redrive.plugin}, record ${redrive.record}: ${briefRedrive(redrive)}`
}

function searchedLine({ topic, partitions }: SearchedTopic): string {
  const count = partitions.reduce((sum, { first, end }) => sum + end - first, 0)
  const named = partitions.map(({ partition, first, end }) => `${partition}: ${first} to ${end}`)
  const where = named.length > 4 ? `${named.length} partitions` : named.join(', ')
  return `looked at ${count} offsets of ${topic} (${where})`
}
