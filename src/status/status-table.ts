import type { SourceRecord } from '../event/record.ts'
import type { Clock } from '../util/clock.ts'
import { messageOf } from '../util/errors.ts'
import { decodeMinute, decodeStatus } from './decode-status.ts'
import { DESCRIPTIONS, decodeDescriptions, type PluginDescription } from './description-record.ts'
import { MINUTE_MARK, type MinuteStatus, type ReplicaStatus } from './status-record.ts'

/** A replica as its last record has it. */
export interface SeenReplica {
  replica: string
  /** Since its last record, by the times of the records. */
  ageMs: number
  /** `silent` after three records that did not come; `unreadable` also if a newer version wrote it. */
  state: 'reporting' | 'silent' | 'unreadable'
  /** Why it can't be read. */
  why: string | null
  /** Its last record that could be read, however old. */
  status: ReplicaStatus | null
  /** Its last hour, oldest minute first. */
  minutes: readonly MinuteStatus[]
  /** What its plugins are; empty if it has not said so. */
  descriptions: readonly PluginDescription[]
}

interface Entry {
  lastMs: number
  why: string | null
  status: ReplicaStatus | null
  minutes: Map<string, MinuteStatus>
  descriptions: readonly PluginDescription[]
}

const KEPT_MS = 3_600_000
const MISSED = 3
/** Where no record could be read, the default interval. */
const INTERVAL_MS = 5_000
const REPLICAS_MAX = 1_000
const KEY_BYTES_MAX = 300

/** The replicas of a group, from the records of its status topic in their order. */
export class StatusTable {
  #entries = new Map<string, Entry>()
  #clock: Pick<Clock, 'now'>

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  /** Bytes that are no status record name a replica that can't be read, and harm nothing else. */
  take({ key, value, timestampMs }: Pick<SourceRecord, 'key' | 'value' | 'timestampMs'>): void {
    if (key === null || key.length > KEY_BYTES_MAX) return
    const [replica = '', place] = key.toString().split(MINUTE_MARK)
    // What claims to come from the future came now.
    const atMs = Math.min(timestampMs, this.#clock.now())
    // A replica that stops says so.
    if (value === null) return void (place === undefined && this.#entries.delete(replica))
    const entry = this.#entry(replica, atMs)
    if (entry === undefined) return
    if (place === undefined) takeStatus(entry, replica, value)
    else if (place === DESCRIPTIONS) takeDescriptions(entry, value)
    // Compaction leaves the minutes before the record of the replica itself.
    else if (/^[0-5]?\d$/.test(place)) takeMinute(entry, place, value)
  }

  /** By name. Those that have been silent for an hour are forgotten. */
  replicas(): SeenReplica[] {
    const nowMs = this.#clock.now()
    this.#forget(nowMs)
    return [...this.#entries]
      .filter(([, { status, why }]) => status !== null || why !== null)
      .map(([replica, entry]) => seen(replica, entry, nowMs))
      .sort((a, b) => (a.replica < b.replica ? -1 : 1))
  }

  #entry(replica: string, atMs: number): Entry | undefined {
    const known = this.#entries.get(replica)
    if (known !== undefined) {
      known.lastMs = atMs
      return known
    }
    if (this.#entries.size >= REPLICAS_MAX) this.#forget(this.#clock.now())
    if (this.#entries.size >= REPLICAS_MAX) return undefined
    const entry = { lastMs: atMs, why: null, status: null, minutes: new Map(), descriptions: [] }
    this.#entries.set(replica, entry)
    return entry
  }

  #forget(nowMs: number): void {
    for (const [replica, { lastMs }] of this.#entries) {
      if (nowMs - lastMs > KEPT_MS) this.#entries.delete(replica)
    }
  }
}

function takeStatus(entry: Entry, replica: string, value: Buffer): void {
  try {
    const status = decodeStatus(value)
    if (status.replica !== replica) throw new Error('replica: expected the key of the record')
    entry.status = status
    entry.why = null
  } catch (error) {
    entry.why = messageOf(error)
  }
}

/** One that can't be read is a gap in a chart. */
function takeMinute(entry: Entry, place: string, value: Buffer): void {
  try {
    entry.minutes.set(place, decodeMinute(value))
  } catch {
    entry.minutes.delete(place)
  }
}

/** Those that can't be read are as unknown as those that were never said. */
function takeDescriptions(entry: Entry, value: Buffer): void {
  try {
    entry.descriptions = decodeDescriptions(value)
  } catch {
    entry.descriptions = []
  }
}

function seen(replica: string, entry: Entry, nowMs: number) {
  const { lastMs, why, status, minutes, descriptions } = entry
  const ageMs = nowMs - lastMs
  const isSilent = ageMs > MISSED * (status?.intervalMs ?? INTERVAL_MS)
  const state = isSilent ? 'silent' : why === null ? 'reporting' : 'unreadable'
  const recent = [...minutes.values()].filter(({ minuteMs }) => nowMs - minuteMs <= KEPT_MS)
  recent.sort((a, b) => a.minuteMs - b.minuteMs)
  return { replica, ageMs, state, why, status, minutes: recent, descriptions } satisfies SeenReplica
}
