import type { PluginStatus as Switched } from '../../control/plugin-states.ts'
import { everyPlugin } from '../../pipeline/intake/route.ts'
import type { PluginDescription } from '../../status/description-record.ts'
import type { RecentError } from '../../status/status-record.ts'
import type { SeenReplica } from '../../status/status-table.ts'

/** A plugin over all replicas that report. */
export interface PluginRow {
  slug: string
  /** As it is switched, by whom and why. */
  switched: Switched
  /** Whether what it missed is being delivered: `enable --from` has not ended. */
  isCatchingUp: boolean
  /** In how many replicas it is in which state. */
  states: Record<string, number>
  replicas: number
  breakersOpen: number
  waiting: number
  oldest: { record: string; ageMs: number; attempts: number; why: string; replica: string } | null
  perMinute: { handled: number; failed: number }
  p50Ms: number | null
  p99Ms: number | null
  deadLettered: number
  total: { processed: number; skipped: number; rejected: number; duplicate: number }
  errors: (RecentError & { replica: string })[]
  /** What it is; null if no replica that reports has said so. */
  description: PluginDescription | null
  /** How many replicas have described it otherwise, as during a roll-out. */
  otherDescriptions: number
}

const MINUTE_MS = 60_000

/** Silent replicas are left out: nobody knows what they do. */
export function mergePlugins(
  replicas: readonly SeenReplica[],
  switchedOf: (slug: string) => Switched,
): PluginRow[] {
  const rows = new Map<string, PluginRow>()
  for (const { replica, state, status } of replicas) {
    if (state !== 'reporting' || status === null) continue
    for (const plugin of status.plugins) {
      const { slug } = plugin
      // Records that nobody could decode are no plugin's.
      if (slug === everyPlugin.slug) continue
      const row = rows.get(slug) ?? emptyRow(slug, switchedOf(slug))
      rows.set(slug, row)
      const { recent, total, oldest } = plugin
      row.replicas += 1
      row.states[plugin.state] = (row.states[plugin.state] ?? 0) + 1
      if (plugin.breaker === 'open') row.breakersOpen += 1
      row.waiting += plugin.waiting
      if (oldest !== null && oldest.ageMs >= (row.oldest?.ageMs ?? 0)) {
        row.oldest = { ...oldest, replica }
      }
      const perMinute = (count: number) =>
        recent.overMs === 0 ? 0 : (count * MINUTE_MS) / recent.overMs
      row.perMinute.handled += perMinute(recent.processed + recent.skipped + recent.rejected)
      row.perMinute.failed += perMinute(recent.retries + recent.deadLettered)
      row.p50Ms = larger(row.p50Ms, recent.p50Ms)
      row.p99Ms = larger(row.p99Ms, recent.p99Ms)
      row.deadLettered += total.deadLettered
      for (const name of ['processed', 'skipped', 'rejected', 'duplicate'] as const) {
        row.total[name] += total[name]
      }
    }
    for (const error of status.errors) rows.get(error.plugin)?.errors.push({ ...error, replica })
  }
  for (const row of rows.values()) {
    row.errors.sort((a, b) => b.lastMs - a.lastMs)
    describe(row, replicas)
  }
  return [...rows.values()].sort((a, b) => (a.slug < b.slug ? -1 : 1))
}

/** As most replicas describe it; the first of them, if they are as many. */
function describe(row: PluginRow, replicas: readonly SeenReplica[]): void {
  const said = replicas
    .filter(({ state }) => state === 'reporting')
    .flatMap(({ descriptions }) => descriptions.filter(({ slug }) => slug === row.slug))
  const same = Map.groupBy(said, (each) => JSON.stringify(each))
  const [most] = [...same.values()].sort((a, b) => b.length - a.length)
  row.description = most?.[0] ?? null
  row.otherDescriptions = said.length - (most?.length ?? 0)
}

function emptyRow(slug: string, switched: Switched): PluginRow {
  return {
    ...{
      slug,
      switched,
      isCatchingUp: false,
      states: {},
      replicas: 0,
      breakersOpen: 0,
      waiting: 0,
      oldest: null,
    },
    perMinute: { handled: 0, failed: 0 },
    ...{ p50Ms: null, p99Ms: null, deadLettered: 0 },
    total: { processed: 0, skipped: 0, rejected: 0, duplicate: 0 },
    errors: [],
    ...{ description: null, otherDescriptions: 0 },
  }
}

/** Percentiles can't be added up; the worst replica is what matters. */
function larger(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b)
}
