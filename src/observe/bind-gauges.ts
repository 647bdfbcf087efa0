import type { EffectiveState } from '../control/control-record.ts'
import type { OpenDeadLetter } from '../dead-letter/open-dead-letters.ts'
import { ageMs } from '../event/time/timestamp.ts'
import type { ClusterMonitor } from '../kafka/admin/cluster-monitor.ts'
import type { Liveness } from '../kafka/consumer/liveness.ts'
import type { OwnedPartition } from '../kafka/consumer/owned-partition.ts'
import { everyPlugin } from '../pipeline/intake/route.ts'
import type { Backlog } from '../pipeline/lanes/plugin-lanes.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import type { Clock } from '../util/clock.ts'
import type { Health } from './http.ts'
import { namesOf, type SeriesNames } from './init-series.ts'
import type { Metrics } from './metrics.ts'
import type { Sample } from './series/scraped-gauge.ts'

export interface GaugeSources {
  pipeline: Pick<Pipeline, 'stats' | 'openBreakers'> & {
    backlogs(): Iterable<Pick<Backlog, 'slug' | 'lanes' | 'timestampMs'>>
  }
  source: { readonly owned: Iterable<OwnedPartition>; readonly signs: Liveness }
  switches: {
    readonly eventsEnabled: boolean
    effectiveStateOf(slug: string): EffectiveState
  }
  watch: Pick<ClusterMonitor, 'lags' | 'widths' | 'retentions'>
  /** The open dead letters; undefined while they have not all been read. */
  letters: { open(): readonly (OpenDeadLetter & { topic: string })[] | undefined }
  ready(): Health
  clock: Pick<Clock, 'now'>
}

const STATES = namesOf<EffectiveState>({ enabled: 0, paused: 0, disabled: 0, 'events-off': 0 })

/** Connects each gauge to the source of its value. */
export function bindGauges(metrics: Metrics, names: SeriesNames, sources: GaugeSources): void {
  readPartitions(metrics, names, sources)
  readPlugins(metrics, names, sources)
  readDeadLetters(metrics, names, sources)
  readReplica(metrics, sources)
}

function readPartitions(
  metrics: Metrics,
  { topics }: SeriesNames,
  { source, watch, clock }: GaugeSources,
): void {
  metrics.consumerLag.readFrom(() =>
    [...watch.lags()].map(({ topic, partition, lag }) => ({ topic, partition, value: lag })),
  )
  metrics.consumerLagSeconds.readFrom(() =>
    [...watch.lags()].map(({ topic, partition, lagMs }) => {
      return { topic, partition, value: lagMs / 1000 }
    }),
  )
  metrics.oldestUnsettledAge.readFrom(() =>
    [...source.owned].map(({ topic, partition, ledger }) => {
      return { topic, partition, value: ageSeconds(ledger.oldest?.timestampMs, clock) }
    }),
  )
  metrics.topicPartitions.readFrom(() =>
    [...watch.widths()].map(({ topic, partitions }) => ({ topic, value: partitions })),
  )
  metrics.topicRetention.readFrom(() =>
    [...watch.retentions()].map(({ topic, retentionMs }) => {
      return { topic, value: retentionMs / 1000 }
    }),
  )
  metrics.assignedPartitions.readFrom(() => {
    const owned = [...source.owned]
    const of = (topic: string) => owned.filter((each) => each.topic === topic).length
    return topics.map((topic) => ({ topic, value: of(topic) }))
  })
}

function readPlugins(
  metrics: Metrics,
  { slugs }: SeriesNames,
  { pipeline, switches, clock }: GaugeSources,
): void {
  metrics.pluginState.readFrom(() =>
    slugs.flatMap((plugin) => {
      const current = switches.effectiveStateOf(plugin)
      return STATES.map((state) => ({ plugin, state, value: state === current ? 1 : 0 }))
    }),
  )
  metrics.breakerOpen.readFrom(() => {
    const open = pipeline.openBreakers()
    return slugs.map((plugin) => ({ plugin, value: open.includes(plugin) ? 1 : 0 }))
  })
  metrics.oldestDeliveryAge.readFrom(() =>
    [...pipeline.backlogs()].map(({ slug, timestampMs }) => {
      return { plugin: slug, value: ageSeconds(timestampMs, clock) }
    }),
  )
  metrics.inFlightLanes.readFrom(() =>
    [...pipeline.backlogs()].map(({ slug, lanes }) => ({ plugin: slug, value: lanes })),
  )
}

/** Only loaded plugins have a series of their own: what other clients write makes none. */
function readDeadLetters(
  metrics: Metrics,
  { slugs }: SeriesNames,
  { letters, clock }: GaugeSources,
): void {
  const labelOf = (plugin = everyPlugin.slug) =>
    slugs.includes(plugin) ? plugin : everyPlugin.slug
  metrics.deadLettersOpen.readFrom(() => {
    const open = letters.open()
    if (open === undefined) return []
    const counts = new Map([...slugs, everyPlugin.slug].map((slug) => [slug, 0]))
    for (const { plugin } of open) counts.set(labelOf(plugin), counts.get(labelOf(plugin))! + 1)
    return [...counts].map(([plugin, value]) => ({ plugin, value }))
  })
  metrics.oldestOpenDeadLetterAge.readFrom(() => {
    const oldest = new Map<string, Sample<'topic' | 'plugin'>>()
    for (const letter of letters.open() ?? []) {
      const { topic, timestampMs } = letter
      const plugin = labelOf(letter.plugin)
      const value = ageSeconds(timestampMs, clock)
      const known = oldest.get(`${topic} ${plugin}`)
      if (known === undefined || known.value < value) {
        oldest.set(`${topic} ${plugin}`, { topic, plugin, value })
      }
    }
    return oldest.values()
  })
}

function readReplica(metrics: Metrics, { pipeline, source, switches, ready }: GaugeSources): void {
  metrics.ready.readFrom(() => ready().map(({ name, ok }) => ({ check: name, value: ok ? 1 : 0 })))
  metrics.eventsEnabled.readFrom(() => [{ value: switches.eventsEnabled ? 1 : 0 }])
  metrics.heartbeatAge.readFrom(() => [{ value: source.signs.sinceConfirmedMs / 1000 }])
  metrics.fetchAge.readFrom(() => [{ value: source.signs.sinceTriedMs / 1000 }])
  metrics.pausedPartitions.readFrom(() => [
    { value: [...source.owned].filter(({ isParked }) => isParked).length },
  ])
  metrics.inFlightDeliveries.readFrom(() => [{ value: pipeline.stats().inFlightDeliveries }])
  metrics.inFlightBytes.readFrom(() => [{ value: pipeline.stats().inFlightBytes }])
  metrics.unaccountedDeliveries.readFrom(() => [{ value: pipeline.stats().unaccounted }])
}

/** 0 if there is no timestamp. */
function ageSeconds(timestampMs: number | undefined, clock: Pick<Clock, 'now'>): number {
  return ageMs(timestampMs, clock.now()) / 1000
}
