import { monitorEventLoopDelay } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { partitionName, placeOf } from '../../event/record.ts'
import { ageMs } from '../../event/time/timestamp.ts'
import type { PartitionLag } from '../../kafka/admin/cluster-monitor.ts'
import type { Backlog } from '../../pipeline/lanes/plugin-lanes.ts'
import type { Pipeline } from '../../pipeline/pipeline.ts'
import { lagOf } from '../../status/lag-of.ts'
import {
  type CatchUpStatus,
  failedIn,
  handledIn,
  type MinuteStatus,
  type PartitionStatus,
  type PluginStatus,
  type ReplicaStatus,
} from '../../status/status-record.ts'
import type { Clock } from '../../util/clock.ts'
import type { GaugeSources } from '../bind-gauges.ts'
import { LOOP_DELAY_INTERVAL_MS } from '../loop-delay.ts'
import type { Metrics } from '../metrics.ts'
import { NO_DELIVERIES, type PluginTotals, pluginTotals } from './plugin-totals.ts'
import { difference, recentCounts } from './recent-counts.ts'
import type { RecentErrors } from './recent-errors.ts'
import type { RecentRebalances } from './recent-rebalances.ts'

export interface StatusSources extends Omit<GaugeSources, 'pipeline' | 'clock'> {
  replica: string
  version: string
  intervalMs: number
  maxInFlightBytes: number
  metrics: Metrics
  errors: Pick<RecentErrors, 'list'>
  rebalances: Pick<RecentRebalances, 'list'>
  catchUps(): Promise<CatchUpStatus[]>
  pipeline: Pick<Pipeline, 'stats' | 'openBreakers' | 'backlogs'>
  clock: Pick<Clock, 'now' | 'elapsedMs'>
}

interface Reading {
  elapsedMs: number
  totals: Map<string, PluginTotals>
}

const RECENT_MS = 60_000
const MINUTE_MS = 60_000
const NS_PER_MS = 1_000_000
const BUSY_MIN = 5

/** Makes the status records of this replica from what its parts say of themselves. */
export class StatusCollector {
  readonly #sources: StatusSources
  readonly #startedMs: number
  readonly #loopDelay = monitorEventLoopDelay({ resolution: LOOP_DELAY_INTERVAL_MS })
  /** Of the last minute, oldest first. */
  #readings: Reading[] = []
  #minute: { startMs: number; totals: Map<string, PluginTotals>; loopDelayMs: number } | undefined

  constructor(sources: StatusSources) {
    this.#sources = sources
    this.#startedMs = sources.clock.now()
    this.#loopDelay.enable()
  }

  /** The record of now, and that of the last minute once it has ended. */
  async collect(): Promise<{ status: ReplicaStatus; minute: MinuteStatus | undefined }> {
    const { clock, metrics } = this.#sources
    const reading = { elapsedMs: clock.elapsedMs(), totals: await pluginTotals(metrics) }
    const status = this.#status(reading, await this.#sources.catchUps())
    const minute = this.#endMinute(status, reading)
    this.#readings.push(reading)
    this.#readings = this.#readings.filter(
      ({ elapsedMs }) => reading.elapsedMs - elapsedMs <= RECENT_MS,
    )
    return { status, minute }
  }

  stop(): void {
    this.#loopDelay.disable()
  }

  #status(reading: Reading, catchUps: CatchUpStatus[]): ReplicaStatus {
    const { replica, version, intervalMs, maxInFlightBytes } = this.#sources
    const { switches, ready, pipeline, letters, clock } = this.#sources
    const { inFlightDeliveries, inFlightBytes } = pipeline.stats()
    return {
      ...{ replica, version, startedMs: this.#startedMs, writtenMs: clock.now(), intervalMs },
      events: switches.eventsEnabled ? 'on' : 'off',
      problems: ready().flatMap(({ name, ok, why = '' }) => (ok ? [] : { check: name, why })),
      inFlight: {
        deliveries: inFlightDeliveries,
        bytes: inFlightBytes,
        maxBytes: maxInFlightBytes,
      },
      memory: memoryNow(),
      loopDelay: this.#takeLoopDelay(),
      openDeadLetters: letters.open()?.length ?? null,
      partitions: partitionsOf(this.#sources),
      plugins: this.#plugins(reading),
      errors: this.#sources.errors.list(),
      rebalances: this.#sources.rebalances.list(),
      catchUps,
      omitted: [],
    }
  }

  #plugins({ elapsedMs, totals }: Reading): PluginStatus[] {
    const { pipeline, switches, clock } = this.#sources
    const [before] = this.#readings
    const overMs = Math.round(elapsedMs - (before?.elapsedMs ?? elapsedMs))
    const open = pipeline.openBreakers()
    return [...pipeline.backlogs()].map((backlog) => {
      const { slug, queued, running, waiting } = backlog
      const now = totals.get(slug) ?? { ...NO_DELIVERIES, calls: new Map() }
      return {
        slug,
        state: switches.effectiveStateOf(slug),
        breaker: open.includes(slug) ? 'open' : 'closed',
        waiting: backlog.deliveries,
        lanes: { queued, running, waiting },
        oldest: oldestOf(backlog, clock.now()),
        busiest: busiestOf(backlog),
        total: difference(now),
        recent: recentCounts(now, before === undefined ? now : before.totals.get(slug), overMs),
      }
    })
  }

  /** The minute that ended since the last call, as far as this replica has seen it. */
  #endMinute(status: ReplicaStatus, { totals }: Reading): MinuteStatus | undefined {
    const startMs = Math.floor(status.writtenMs / MINUTE_MS) * MINUTE_MS
    const ended = this.#minute
    if (ended?.startMs === startMs) {
      ended.loopDelayMs = Math.max(ended.loopDelayMs, status.loopDelay.p99Ms)
      return undefined
    }
    this.#minute = { startMs, totals, loopDelayMs: status.loopDelay.p99Ms }
    if (ended === undefined) return undefined
    const plugins = [...totals].flatMap(([slug, now]) => {
      const counts = difference(now, ended.totals.get(slug))
      const [handled, failed] = [handledIn(counts), failedIn(counts)]
      return handled + failed === 0 ? [] : { slug, handled, failed }
    })
    const { replica, partitions } = status
    return {
      ...{ replica, minuteMs: ended.startMs, plugins, loopDelayMs: ended.loopDelayMs },
      lag: lagOf(partitions),
      oldestMs: Math.max(0, ...status.plugins.map(({ oldest }) => oldest?.ageMs ?? 0)),
    }
  }

  #takeLoopDelay(): ReplicaStatus['loopDelay'] {
    // Before the first timer it has no value.
    const ms = (ns: number) => Math.max(0, Math.round(ns / NS_PER_MS) - LOOP_DELAY_INTERVAL_MS) || 0
    const p99Ms = ms(this.#loopDelay.percentile(99))
    const maxMs = ms(this.#loopDelay.max)
    this.#loopDelay.reset()
    return { p99Ms, maxMs }
  }
}

function partitionsOf({ source, watch }: StatusSources): PartitionStatus[] {
  const lags = new Map<string, PartitionLag>()
  for (const each of watch.lags()) lags.set(partitionName(each), each)
  return [...source.owned].map((owned) => {
    const { topic, partition, ledger, committedOffset, parkedWhy } = owned
    const known = lags.get(partitionName(owned))
    return {
      ...{ topic, partition, expected: ledger.expected, watermark: ledger.watermark },
      committed: committedOffset < 0 ? null : committedOffset,
      lag: known?.lag ?? null,
      lagMs: known === undefined ? null : Math.round(known.lagMs),
      parked: parkedWhy ?? null,
    }
  })
}

function oldestOf({ oldest }: Backlog, nowMs: number): PluginStatus['oldest'] {
  if (oldest === undefined) return null
  const { wanted, attempts } = oldest.head
  const { record } = wanted
  const age = ageMs(record.timestampMs, nowMs)
  return { record: placeOf(record), ageMs: age, attempts, why: oldest.state }
}

/** An entity with few deliveries keeps nobody waiting. */
function busiestOf({ longest }: Backlog): PluginStatus['busiest'] {
  if (longest === undefined || longest.items < BUSY_MIN) return null
  return { record: placeOf(longest.head.wanted.record), deliveries: longest.items }
}

function memoryNow(): ReplicaStatus['memory'] {
  const { rss, heapUsed } = process.memoryUsage()
  const { heap_size_limit: heapMaxBytes } = getHeapStatistics()
  return { residentBytes: rss, heapBytes: heapUsed, heapMaxBytes }
}
