import { NO_DELIVERIES } from '../../src/observe/status/plugin-totals.ts'
import type { PluginStatus, ReplicaStatus } from '../../src/status/status-record.ts'

export function pluginStatus(slug: string, more: Partial<PluginStatus> = {}): PluginStatus {
  return {
    slug,
    state: 'enabled',
    breaker: 'closed',
    waiting: 0,
    lanes: { queued: 0, running: 0, waiting: 0 },
    oldest: null,
    busiest: null,
    total: NO_DELIVERIES,
    recent: { ...NO_DELIVERIES, overMs: 60_000, p50Ms: null, p99Ms: null },
    ...more,
  }
}

export function replicaStatus(replica: string, more: Partial<ReplicaStatus> = {}): ReplicaStatus {
  return {
    replica,
    version: '1.2.3',
    startedMs: 1_000,
    writtenMs: 60_000,
    intervalMs: 5_000,
    events: 'on',
    problems: [],
    inFlight: { deliveries: 0, bytes: 0, maxBytes: 1_000_000 },
    memory: { residentBytes: 1, heapBytes: 2, heapMaxBytes: 3 },
    loopDelay: { p99Ms: 1, maxMs: 2 },
    openDeadLetters: 0,
    partitions: [],
    plugins: [],
    errors: [],
    rebalances: [],
    catchUps: [],
    omitted: [],
    ...more,
  }
}
