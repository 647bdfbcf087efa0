import type {
  ExplainedDeadLetter,
  ExplainedPlugin,
  Explanation,
  Remembered,
} from '../../explain/explanation.ts'

export interface PluginOutcome {
  plugin: string
  summary: string
  tone: 'ok' | 'wait' | 'retrying' | 'dead' | 'off' | 'unknown'
}

/** What each plugin did about the events of an entity, and what it remembers of it now. */
export interface EntityOutcomes {
  events: Explanation['events']
  /** By the place of the record. */
  records: Record<string, PluginOutcome[]>
  remembers: { plugin: string; remembered: Remembered }[]
  letters: ExplainedDeadLetter[]
  unknown: string[]
}

export function outcomesOf({ events, records, letters, unknown }: Explanation): EntityOutcomes {
  const remembers = new Map<string, Remembered>()
  for (const { plugins } of records) {
    for (const { plugin, remembers: remembered } of plugins) {
      if (remembered !== null) remembers.set(plugin, remembered)
    }
  }
  const ofRecords = records.flatMap((record) => [
    ...record.letters,
    ...record.plugins.flatMap((plugin) => plugin.letters),
  ])
  return {
    ...{ events, unknown },
    records: Object.fromEntries(
      records.map(({ place, plugins }) => [
        place,
        plugins
          .filter(({ summary }) => summary !== 'unwanted')
          .map((plugin) => ({
            ...{ plugin: plugin.plugin, summary: plugin.summary, tone: toneOf(plugin) },
          })),
      ]),
    ),
    remembers: [...remembers].map(([plugin, remembered]) => ({ plugin, remembered })),
    letters: [...ofRecords, ...letters],
  }
}

/** How good it is: by what is recorded, not by the words. */
export function toneOf({ completion, letters, redrives }: ExplainedPlugin): PluginOutcome['tone'] {
  const last = redrives.at(-1)?.completion ?? completion
  if (letters.length > redrives.length) return 'dead'
  switch (last.type) {
    case 'completed':
      return last.outcome === 'dead-lettered'
        ? 'dead'
        : last.content === 'other'
          ? 'retrying'
          : 'ok'
    case 'claimed':
      return 'wait'
    case 'none':
      return 'wait'
    case 'unknown':
      return 'unknown'
  }
}
