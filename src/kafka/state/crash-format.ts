import type { CrashCounts } from '../../pipeline/admit/crash-counts.ts'

/** Other versions of the service read this format, so a new layout needs a new number. */
const FORMAT = 1
/** Below the brokers' default `offset.metadata.max.bytes`, 4,096. */
const LIMIT_CHARACTERS = 4_000
const EMPTY = encoded([])

/**
 * `{"v":1,"crashes":{"<offset>/<plugin>":n}}`. Where there is no room for all, the highest counts
 * are kept, and of equal counts the earliest entries.
 */
export function encodeCrashCounts(counts: CrashCounts): string {
  const entries = [...counts].sort(([, a], [, b]) => b - a)
  let room = LIMIT_CHARACTERS - EMPTY.length
  const kept = entries.filter(([key, count]) => {
    room -= `"${key}":${count},`.length
    return room >= 0
  })
  return encoded(kept)
}

/** Returns undefined if the text is in a format that this version does not know. */
export function decodeCrashCounts(text: string): CrashCounts | undefined {
  if (text === '') return new Map()
  try {
    const { v, crashes } = JSON.parse(text)
    const entries = Object.entries(crashes)
    return v === FORMAT && entries.every(isCount)
      ? new Map(entries as [string, number][])
      : undefined
  } catch {
    return undefined
  }
}

function encoded(entries: [string, number][]): string {
  return JSON.stringify({ v: FORMAT, crashes: Object.fromEntries(entries) })
}

function isCount([key, count]: [string, unknown]): boolean {
  return /^\d+\/./.test(key) && Number.isInteger(count) && Number(count) >= 0
}
