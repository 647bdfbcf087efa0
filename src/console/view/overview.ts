import type { EventsSwitch } from '../../control/control-record.ts'
import { partitionName } from '../../event/record.ts'
import { lagOf } from '../../status/lag-of.ts'
import type { ReplicaStatus } from '../../status/status-record.ts'
import type { SeenReplica } from '../../status/status-table.ts'
import { counted } from '../../util/text/counted.ts'
import type { PluginRow } from './merge-plugins.ts'
import { type Minute, mergeMinutes } from './minutes.ts'

/** Something that a person should look at, with where to do so. */
export interface Attention {
  severity: 'dead' | 'retrying' | 'wait' | 'off'
  what: string
  why: string
  next: string
  /** A path of the page. */
  link: string
}

export interface Overview {
  events: 'on' | 'off' | 'mixed' | 'unknown'
  /** In how many of the replicas that report it is off, and who switched it last, if anybody did. */
  eventsOff: { replicas: number; of: number; by: string | null; why: string | null }
  /** Records read; null until it is known. */
  readPerMinute: number | null
  replicas: { reporting: number; silent: number; unreadable: number; versions: string[] }
  perMinute: { handled: number; failed: number }
  waiting: number
  oldestMs: number
  /** Null while it is not known of all partitions. */
  lag: number | null
  /** Null while not all replicas have read theirs. */
  openDeadLetters: number | null
  attention: Attention[]
  minutes: Minute[]
}

const WAITS_LONG_MS = 60_000

export interface OverviewExtras {
  /** The newest record of the switch of event integration. */
  eventsSwitch?: EventsSwitch | undefined
  readPerMinute?: number | null
}

const URGENCY: readonly Attention['severity'][] = ['dead', 'retrying', 'wait', 'off']

export function overviewOf(
  replicas: readonly SeenReplica[],
  plugins: readonly PluginRow[],
  unreadable: readonly string[],
  { eventsSwitch, readPerMinute = null }: OverviewExtras = {},
): Overview {
  const count = (state: SeenReplica['state']) => replicas.filter((r) => r.state === state).length
  const statuses = replicas.flatMap(({ state, status }) =>
    state === 'reporting' && status !== null ? status : [],
  )
  const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0)
  const letters = statuses.map(({ openDeadLetters }) => openDeadLetters)
  const isKnown = letters.length > 0 && letters.every((each) => each !== null)
  const switches = new Set(statuses.map(({ events }) => events))
  const [events = 'unknown'] = switches
  const eventsOff = {
    replicas: statuses.filter((each) => each.events === 'off').length,
    of: statuses.length,
    by: eventsSwitch?.by ?? null,
    why: eventsSwitch?.why ?? null,
  }
  const openDeadLetters = isKnown ? sum(letters.map((each) => each ?? 0)) : null
  return {
    events: switches.size > 1 ? 'mixed' : events,
    eventsOff,
    readPerMinute,
    replicas: {
      reporting: count('reporting'),
      silent: count('silent'),
      unreadable: count('unreadable'),
      versions: [...new Set(statuses.map(({ version }) => version))].sort(),
    },
    perMinute: {
      handled: sum(plugins.map(({ perMinute }) => perMinute.handled)),
      failed: sum(plugins.map(({ perMinute }) => perMinute.failed)),
    },
    waiting: sum(plugins.map(({ waiting }) => waiting)),
    oldestMs: Math.max(0, ...plugins.map(({ oldest }) => oldest?.ageMs ?? 0)),
    lag: wholeLagOf(statuses),
    openDeadLetters,
    attention: [
      ...ofTopics(unreadable),
      ...ofReplicas(replicas),
      ...ofPartitions(statuses),
      ...ofEvents(eventsOff),
      ...ofPlugins(plugins),
      ...ofDeadLetters(openDeadLetters),
    ].sort((a, b) => URGENCY.indexOf(a.severity) - URGENCY.indexOf(b.severity)),
    minutes: mergeMinutes(replicas),
  }
}

function wholeLagOf(statuses: readonly ReplicaStatus[]): number | null {
  const isWhole =
    statuses.length > 0 && statuses.every(({ omitted }) => !omitted.includes('partitions'))
  return isWhole ? lagOf(statuses.flatMap(({ partitions }) => partitions)) : null
}

/** Partitions that are not read though something waits in them, as far as is known. */
function ofPartitions(statuses: readonly ReplicaStatus[]): Attention[] {
  const parked = statuses
    .flatMap(({ partitions }) => partitions)
    .filter((each) => each.parked !== null && (each.lagMs ?? Infinity) > WAITS_LONG_MS)
  const [first] = parked
  if (first === undefined) return []
  const isOne = parked.length === 1
  const what = `${counted(parked.length, 'partition')} ${isOne ? 'is' : 'are'} not read`
  const why = `${partitionName(first)}: ${first.parked}`
  return [{ severity: 'retrying', what, why, next: 'see what each waits for', link: '/partitions' }]
}

/** `topics`: those of the group that the console can't read. */
function ofTopics(topics: readonly string[]): Attention[] {
  if (topics.length === 0) return []
  const what = `The console cannot read ${topics.join(', ')}: what it shows gets older`
  return [{ severity: 'dead', what, why: 'Kafka', next: 'see the log of the console', link: '/' }]
}

function ofReplicas(replicas: readonly SeenReplica[]): Attention[] {
  if (replicas.length === 0) {
    const why = 'none runs, or none of this version, or they may not write <group>.status'
    const next = 'start "inventory-events serve"'
    return [{ severity: 'wait', what: 'No replica has reported', why, next, link: '/partitions' }]
  }
  return replicas.flatMap(ofReplica)
}

function ofReplica({ replica, state, why, status }: SeenReplica): Attention[] {
  const link = '/partitions'
  switch (state) {
    case 'silent':
      return [
        {
          ...{ severity: 'dead', what: `Replica ${replica} is silent`, link },
          why: 'it ended without saying so, hangs, or has no connection',
          next: 'look at its log',
        },
      ]
    case 'unreadable':
      return [
        {
          ...{ severity: 'wait', what: `Replica ${replica} can't be read`, link },
          why: why ?? '',
          next: 'update the console',
        },
      ]
    case 'reporting':
      return (status?.problems ?? []).map((problem) => ({
        ...{ severity: 'retrying', what: `Replica ${replica} is not ready: ${problem.check}` },
        ...{ why: problem.why, next: 'look at its log', link },
      }))
  }
}

function ofEvents({ replicas, of, by, why }: Overview['eventsOff']): Attention[] {
  if (replicas === 0) return []
  const what = `${partOf(replicas, of)}event integration is off: events are skipped, not handled`
  const reason = by === null ? 'EVENTS_ENABLED is false' : whoAndWhy(by, why)
  const next = 'inventory-events events on --why WHY'
  return [{ severity: 'off', what, why: reason, next, link: '/plugins' }]
}

/** "3 of 4 replicas: "; nothing if it is all of them. */
function partOf(count: number, all: number): string {
  return count === all ? '' : `${count} of ${all} replicas: `
}

function whoAndWhy(by = '', why: string | null = null): string {
  return why === null || why === '' ? by : `${by}: ${why}`
}

function ofDeadLetters(count: number | null): Attention[] {
  if (count === null || count === 0) return []
  const what = `${counted(count, 'dead letter')} open`
  const why = 'neither redriven nor discarded'
  const next = 'redrive or discard'
  return [{ severity: 'retrying', what, why, next, link: '/dead-letters' }]
}

function ofPlugins(plugins: readonly PluginRow[]): Attention[] {
  return plugins.flatMap((row): Attention[] => {
    const link = `/plugins/${encodeURIComponent(row.slug)}`
    const { state, by, why } = row.switched
    const inState = row.states[state] ?? 0
    const found: Attention[] = []
    if (row.breakersOpen > 0) {
      found.push({
        ...{
          severity: 'dead',
          what: `${row.slug} fails for many entities: ${partOf(row.breakersOpen, row.replicas)}its breaker is open`,
          link,
        },
        why: row.errors[0]?.type ?? 'see its log',
        next: 'its events wait; nothing is lost. See its errors',
      })
    }
    if (state !== 'enabled') {
      const next = row.isCatchingUp
        ? 'see how far its catch-up is'
        : state === 'paused'
          ? 'resume it'
          : 'enable it'
      const severity = state === 'paused' ? 'wait' : 'off'
      const switched =
        inState === 0 || inState === row.replicas
          ? `${row.slug} is ${state}`
          : `${row.slug}: ${inState} of ${row.replicas} replicas ${state}`
      const what = `${switched}${row.isCatchingUp ? ', catching up' : ''}`
      const to = row.isCatchingUp ? '/replay' : link
      found.push({ severity, what, why: whoAndWhy(by, why), next, link: to })
    } else if ((row.oldest?.ageMs ?? 0) > WAITS_LONG_MS && row.breakersOpen === 0) {
      const { why: reason = '', record = '' } = row.oldest ?? {}
      const what = `${row.slug} has an event that waits for over a minute`
      found.push({ severity: 'retrying', what, why: `${reason}, ${record}`, next: 'see why', link })
    }
    return found
  })
}
