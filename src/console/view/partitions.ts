import type { PartitionStatus, RebalanceStatus } from '../../status/status-record.ts'
import type { SeenReplica } from '../../status/status-table.ts'

export interface PartitionRow extends PartitionStatus {
  replica: string
}

export interface ReplicaRow {
  replica: string
  state: SeenReplica['state']
  why: string | null
  lastMs: number
  version: string | null
  startedMs: number | null
  partitions: number
  loopDelayMs: number | null
  residentBytes: number | null
  heapBytes: number | null
  heapMaxBytes: number | null
  inFlightBytes: number | null
  problems: { check: string; why: string }[]
}

/** Partitions by place, those of silent replicas included: nobody else has said that it has them. */
export function partitionsView(replicas: readonly SeenReplica[], nowMs: number) {
  const owned = replicas.flatMap(({ replica, state, status }) =>
    (status?.partitions ?? []).map((each) => ({ ...each, replica, isSilent: state === 'silent' })),
  )
  const reported = new Set(owned.filter((each) => !each.isSilent).map(placeOf))
  const rows = owned.filter((each) => !each.isSilent || !reported.has(placeOf(each)))
  rows.sort((a, b) => (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition))
  return {
    partitions: rows,
    replicas: replicas.map((each) => replicaRow(each, nowMs)),
    rebalances: rebalancesOf(replicas),
    busiest: busiestOf(replicas),
  }
}

/** A join of a replica. */
export interface RebalanceRow extends RebalanceStatus {
  replica: string
}

/** An entity with many deliveries of a plugin, by the place of the first. */
export interface BusyRow {
  replica: string
  plugin: string
  record: string
  deliveries: number
}

const ROWS_MAX = 20

/** The last ones, newest first. */
function rebalancesOf(replicas: readonly SeenReplica[]): RebalanceRow[] {
  return replicas
    .flatMap(({ replica, status }) =>
      (status?.rebalances ?? []).map((each) => ({ ...each, replica })),
    )
    .sort((a, b) => b.atMs - a.atMs)
    .slice(0, ROWS_MAX)
}

/** Those with most deliveries, first. */
export function busiestOf(replicas: readonly SeenReplica[]): BusyRow[] {
  return replicas
    .flatMap(({ replica, state, status }) =>
      (state === 'reporting' ? (status?.plugins ?? []) : []).flatMap(({ slug, busiest }) =>
        busiest === null ? [] : { replica, plugin: slug, ...busiest },
      ),
    )
    .sort((a, b) => b.deliveries - a.deliveries)
    .slice(0, ROWS_MAX)
}

function placeOf({ topic, partition }: PartitionStatus): string {
  return `${topic}/${partition}`
}

function replicaRow(
  { replica, state, why, ageMs, status }: SeenReplica,
  nowMs: number,
): ReplicaRow {
  return {
    ...{ replica, state, why, lastMs: nowMs - ageMs },
    version: status?.version ?? null,
    startedMs: status?.startedMs ?? null,
    partitions: status?.partitions.length ?? 0,
    loopDelayMs: status?.loopDelay.p99Ms ?? null,
    residentBytes: status?.memory.residentBytes ?? null,
    heapBytes: status?.memory.heapBytes ?? null,
    heapMaxBytes: status?.memory.heapMaxBytes ?? null,
    inFlightBytes: status?.inFlight.bytes ?? null,
    problems: status?.problems ?? [],
  }
}
