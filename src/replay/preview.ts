import type { Kafka } from 'kafkajs'
import { placeOf } from '../event/record.ts'
import { timestampText, timeText } from '../event/time/timestamp.ts'
import type { EventReader } from '../explain/event-reader.ts'
import { topicsOf } from '../kafka/reader/offset-ranges.ts'
import { search } from '../kafka/reader/search-topics.ts'
import { FilterEvaluator } from '../pipeline/intake/evaluate-filters.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import { counted } from '../util/text/counted.ts'
import { foreignText } from '../util/text/foreign-text.ts'
import type { ReplayPlan } from './plan.ts'
import { replayedPlugin } from './replayed-plugin.ts'

export interface Preview {
  /** The records in the plan's ranges; with an entity, only its records. */
  records: number
  /** How many of them would be delivered to the plugin. */
  wanted: number
  /** How many of them can't be decoded, and are skipped. */
  undecodable: number
  /** How many have schemas that this version can't read: their partition waits at the first, `why` says which. */
  waiting: { count: number; why: string | undefined }
  /** The names of the events in the plan's ranges; not all if there are very many. */
  names: Set<string>
  /** The first wanted ones, by `EXAMPLE_COLUMNS`. */
  examples: string[][]
}

const EXAMPLES = 5
const NAMES_MAX = 1_000
/** The columns of the examples. */
export const EXAMPLE_COLUMNS = ['PLACE', 'TIME', 'ENTITY', 'NAME', 'ID']

/** What a plan would deliver to its plugin, by the plugin's current filters. */
export async function previewOf(
  kafka: Kafka,
  { reader, signal }: { reader: EventReader; signal: AbortSignal },
  plugin: LoadedPlugin,
  plan: ReplayPlan,
): Promise<Preview> {
  const preview: Preview = {
    ...{ records: 0, wanted: 0, undecodable: 0, waiting: { count: 0, why: undefined } },
    ...{ names: new Set(), examples: [] },
  }
  const replayed = replayedPlugin(plugin, plan)
  const filters = new FilterEvaluator([replayed])
  await search(kafka, {
    topics: topicsOf(plan.ranges),
    fromMs: plan.fromMs,
    ...(plan.toMs !== undefined && { toMs: plan.toMs }),
    ...(plan.entity !== undefined && { key: plan.entity }),
    signal,
    async onRecord(record) {
      preview.records += 1
      const read = await reader.read(record)
      if (read.type === 'undecodable') preview.undecodable += 1
      if (read.type === 'waiting') {
        preview.waiting.count += 1
        preview.waiting.why ??= `${placeOf(record)}: ${read.why}`
      }
      if (read.type !== 'event') return
      const isKept = preview.names.size < NAMES_MAX || read.name === plan.kind
      if (isKept) preview.names.add(read.name)
      const event = { name: read.name, schema: read.writer }
      // A filter that fails causes a dead letter, so it counts as a delivery.
      if (filters.decide(replayed, event, record).type === 'unwanted') return
      preview.wanted += 1
      if (preview.examples.length >= EXAMPLES) return
      const time = timestampText(record.timestampMs)
      const entity = record.key?.toString() ?? ''
      preview.examples.push([placeOf(record), time, entity, read.name, read.id])
    },
  })
  return preview
}

/** A preview as text, without its examples. An undefined `ratePerSecond` means no limit. */
export function previewText(
  plan: ReplayPlan,
  { records, wanted, undecodable, waiting }: Preview,
  ratePerSecond: number | undefined,
): string {
  const topics = topicsOf(plan.ranges)
  const seconds = ratePerSecond === undefined ? undefined : Math.ceil(wanted / ratePerSecond)
  const time = seconds === undefined ? '' : `, about ${seconds} s at ${ratePerSecond} a second`
  return [
    `${counted(records, 'record')} from ${timesOf(plan)}, ${wanted} for ${plan.slug}${time}`,
    ...topics.map((topic) => `  ${topicText(plan, topic)}`),
    ...(undecodable > 0 ? [`  ${undecodable} undecodable, to be skipped`] : []),
    ...(waiting.count > 0 ? [waitingText(waiting)] : []),
  ].join('\n')
}

function waitingText({ count, why }: Preview['waiting']): string {
  return `  ${counted(count, 'record')} at which the run will wait: ${foreignText(why ?? '')}`
}

export function timesOf({ fromMs, toMs }: Pick<ReplayPlan, 'fromMs' | 'toMs'>): string {
  const to = toMs === undefined ? 'now' : timeText(toMs)
  return `${timeText(fromMs)} to ${to}`
}

function topicText({ ranges }: ReplayPlan, topic: string): string {
  const read = ranges.filter((range) => range.topic === topic && range.end > range.start)
  const offsets = read.map(({ partition, start, end }) => `${partition}@${start}-${end - 1}`)
  return `${topic}: ${offsets.length === 0 ? 'nothing' : offsets.join(' ')}`
}
