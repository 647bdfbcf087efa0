import { pluginStates } from '../control/plugin-states.ts'
import type { SeenReplica } from '../status/status-table.ts'
import type { Clock } from '../util/clock.ts'
import type { Followed } from './follow.ts'
import { mergePlugins, type PluginRow } from './view/merge-plugins.ts'
import { type Overview, overviewOf } from './view/overview.ts'
import { ReadRate } from './view/read-rate.ts'

export interface Snapshot {
  atMs: number
  replicas: SeenReplica[]
  plugins: PluginRow[]
  overview: Overview
}

/** So many viewers cost as much as one. */
const FRESH_MS = 2_000

/** Returns the snapshot of now, or of a moment ago. */
export function snapshots(
  followed: Followed,
  clock: Pick<Clock, 'now'>,
): (options?: { isFresh?: boolean }) => Snapshot {
  let last: Snapshot | undefined
  const rate = new ReadRate()
  return ({ isFresh = false } = {}) => {
    const atMs = clock.now()
    if (last !== undefined && !isFresh && atMs - last.atMs < FRESH_MS) return last
    const { status, switches, plans } = followed
    const replicas = status.replicas()
    const records = switches()
    const catchingUp = plans().filter(
      ({ purpose, state }) => purpose === 'enable' && state === 'running',
    )
    const plugins = mergePlugins(replicas, pluginStates(records, undefined).of)
    for (const row of plugins) {
      const isEnabled = row.switched.state === 'enabled'
      row.isCatchingUp = !isEnabled && catchingUp.some(({ slug }) => slug === row.slug)
    }
    const overview = overviewOf(replicas, plugins, followed.unreadable(), {
      eventsSwitch: records.find((each) => each.switch === 'events'),
      readPerMinute: rate.take(atMs, replicas),
    })
    last = { atMs, replicas, plugins, overview }
    return last
  }
}
