import type { PartitionStatus } from '../../status/status-record.ts'
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
  return { partitions: rows, replicas: replicas.map((each) => replicaRow(each, nowMs)) }
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
