import { placeOf } from '../event/record.ts'
import { ageMs } from '../event/time/timestamp.ts'
import type { OwnedPartition } from '../kafka/consumer/owned-partition.ts'
import type { Backlog } from '../pipeline/lanes/plugin-lanes.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import type { Clock } from '../util/clock.ts'

/** A snapshot of a replica's work: positions of events, never their content. */
export interface AdminState {
  version: string
  group: string
  events: 'on' | 'off'
  inFlight: { deliveries: number; bytes: number }
  partitions: PartitionState[]
  plugins: PluginWork[]
}

interface PartitionState {
  topic: string
  partition: number
  /** The next offset to read. */
  expected: number
  /** All deliveries below it are completed; the next commit. */
  watermark: number
  /** As far as this replica knows; null if the group has never committed. */
  committed: number | null
  deliveriesInFlight: number
  oldestUnsettled: { offset: number; ageSeconds: number } | null
  /** Why the partition is paused; null while it is read. */
  parked: string | null
}

interface PluginWork {
  plugin: string
  state: string
  breaker: 'open' | 'closed'
  deliveries: number
  lanes: { queued: number; running: number; waiting: number }
  /** Its oldest delivery, and what that does or waits for. */
  oldest: { record: string; ageSeconds: number; attempts: number; state: string } | null
}

export interface AdminStateSources {
  version: string
  group: string
  source: { readonly owned: Iterable<OwnedPartition> }
  pipeline: Pick<Pipeline, 'stats' | 'backlogs' | 'openBreakers'>
  switches: { readonly eventsEnabled: boolean; stateOf(slug: string): string }
  clock: Pick<Clock, 'now'>
}

export function adminState(sources: AdminStateSources): AdminState {
  const { version, group, source, pipeline, switches } = sources
  const { inFlightDeliveries, inFlightBytes } = pipeline.stats()
  const open = pipeline.openBreakers()
  return {
    version,
    group,
    events: switches.eventsEnabled ? 'on' : 'off',
    inFlight: { deliveries: inFlightDeliveries, bytes: inFlightBytes },
    partitions: [...source.owned].map((owned) => partitionOf(owned, sources)),
    plugins: [...pipeline.backlogs()].map((backlog) => ({
      plugin: backlog.slug,
      state: switches.stateOf(backlog.slug),
      breaker: open.includes(backlog.slug) ? 'open' : 'closed',
      ...workOf(backlog, sources),
    })),
  }
}

function partitionOf(owned: OwnedPartition, { clock }: AdminStateSources): PartitionState {
  const { topic, partition, ledger, committedOffset, parkedWhy } = owned
  const { expected, watermark, outstanding, oldest } = ledger
  return {
    topic,
    partition,
    expected,
    watermark,
    committed: committedOffset < 0 ? null : committedOffset,
    deliveriesInFlight: outstanding,
    oldestUnsettled: oldest
      ? { offset: oldest.offset, ageSeconds: ageSeconds(oldest.timestampMs, clock) }
      : null,
    parked: parkedWhy ?? null,
  }
}

function workOf(backlog: Backlog, { clock }: AdminStateSources) {
  const { deliveries, queued, running, waiting, oldest } = backlog
  const lanes = { queued, running, waiting }
  if (oldest === undefined) return { deliveries, lanes, oldest: null }
  const { wanted, attempts } = oldest.head
  const { record } = wanted
  const age = ageSeconds(record.timestampMs, clock)
  return {
    deliveries,
    lanes,
    oldest: { record: placeOf(record), ageSeconds: age, attempts, state: oldest.state },
  }
}

function ageSeconds(timestampMs: number, clock: Pick<Clock, 'now'>): number {
  return ageMs(timestampMs, clock.now()) / 1000
}
