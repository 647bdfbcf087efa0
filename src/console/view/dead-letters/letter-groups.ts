import { createHash } from 'node:crypto'
import type { LetterRow } from './letter-row.ts'

/** Open dead letters that failed in the same way. */
export interface LetterGroup {
  /** The same for as long as there is one of them. */
  id: string
  plugin: string | null
  reason: string
  kind: string | null
  /** Of what was thrown, where, and its code: no content of events. */
  errorType: string | null
  errorAt: string | null
  code: string | null
  /** The newest message; null for those who may not see content. */
  message: string | null
  count: number
  /** How many failed again after a redrive. */
  again: number
  firstMs: number
  lastMs: number
  /** When Kafka removes the first of them; null if that is not known, or never. */
  expiresMs: number | null
  /** How many in each part of the time that the chart shows. */
  counts: number[]
}

export interface LetterChart {
  fromMs: number
  /** How long each part is. */
  partMs: number
  counts: number[]
}

export interface GroupedLetters {
  groups: LetterGroup[]
  /** Groups with fewer letters than those that are shown. */
  moreGroups: number
  chart: LetterChart
}

const GROUPS_MAX = 200
const PARTS = 24
const MINUTE_MS = 60_000
const ID_CHARS = 12

export interface GroupOptions {
  nowMs: number
  /** Whether messages may be seen, which may hold content of events. */
  hasMessages: boolean
  retentionMsOf(topic: string): number | undefined
}

/** The largest groups first, and all of them over time. */
export function groupLetters(rows: Iterable<LetterRow>, options: GroupOptions): GroupedLetters {
  const all = [...rows]
  const chart = emptyChart(all, options.nowMs)
  const groups = new Map<string, LetterGroup>()
  for (const row of all) {
    const key = keyOf(row, options.hasMessages)
    const group = groups.get(key) ?? emptyGroup(row, idOf(key))
    groups.set(key, group)
    addTo(group, row, options)
    const part = partOf(row, chart)
    chart.counts[part]! += 1
    group.counts[part]! += 1
  }
  const sorted = [...groups.values()].sort((a, b) => b.count - a.count || b.lastMs - a.lastMs)
  const moreGroups = Math.max(0, sorted.length - GROUPS_MAX)
  return { groups: sorted.slice(0, GROUPS_MAX), moreGroups, chart }
}

/** Returns the ids of the groups that rows are in. */
export function groupIds(hasMessages: boolean): (row: LetterRow) => string {
  const ids = new Map<string, string>()
  return (row) => {
    const key = keyOf(row, hasMessages)
    const id = ids.get(key) ?? idOf(key)
    ids.set(key, id)
    return id
  }
}

/** What is thrown is known by its type and place; what is refused only by what is said of it. */
function keyOf(row: LetterRow, hasMessages: boolean): string {
  const { plugin, reason, kind, errorType, errorAt, code, shape } = row
  const said = hasMessages && errorType === null ? shape : null
  return JSON.stringify([plugin, reason, kind, errorType, errorAt, code, said])
}

function idOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, ID_CHARS)
}

function emptyGroup(row: LetterRow, id: string): LetterGroup {
  const { plugin, reason, kind, errorType, errorAt, code, atMs } = row
  return {
    ...{ id, plugin, reason, kind, errorType, errorAt, code, message: null },
    ...{ count: 0, again: 0, firstMs: atMs, lastMs: atMs, expiresMs: null },
    counts: Array(PARTS).fill(0),
  }
}

function addTo(group: LetterGroup, row: LetterRow, { hasMessages, retentionMsOf }: GroupOptions) {
  group.count += 1
  if (row.redrives > 0) group.again += 1
  group.firstMs = Math.min(group.firstMs, row.atMs)
  if (hasMessages && row.atMs >= group.lastMs) group.message = row.message
  group.lastMs = Math.max(group.lastMs, row.atMs)
  const expiresMs = expiryOf(row, retentionMsOf)
  if (expiresMs !== null) group.expiresMs = Math.min(group.expiresMs ?? expiresMs, expiresMs)
}

/** Kafka removes whole segments of a log, so it may be kept for longer, never for less. */
export function expiryOf(
  { atMs, topic }: LetterRow,
  retentionMsOf: GroupOptions['retentionMsOf'],
): number | null {
  const retentionMs = retentionMsOf(topic)
  return retentionMs === undefined ? null : atMs + retentionMs
}

/** From the oldest until now, in parts of at least a minute. Others may write records without a time. */
function emptyChart(rows: readonly LetterRow[], nowMs: number): LetterChart {
  const timed = rows.filter(({ atMs }) => atMs > 0)
  const oldestMs = timed.reduce((oldest, { atMs }) => Math.min(oldest, atMs), nowMs)
  const partMs = Math.max(1, Math.ceil((nowMs - oldestMs) / PARTS / MINUTE_MS)) * MINUTE_MS
  return { fromMs: nowMs - partMs * PARTS, partMs, counts: Array(PARTS).fill(0) }
}

function partOf({ atMs }: LetterRow, { fromMs, partMs }: LetterChart): number {
  return Math.min(PARTS - 1, Math.max(0, Math.floor((atMs - fromMs) / partMs)))
}
