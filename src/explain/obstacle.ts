import { placeOf } from '../event/record.ts'
import type { Progress } from './explanation.ts'
import type { KnownRecord } from './record.ts'

/** Why the record at a place cannot be read now; undefined if it can, or there is none. */
export type WaitsAt = (place: {
  topic: string
  partition: number
  offset: number
}) => Promise<string | undefined>

/** What keeps a record from the plugins: its own content, or the record that its partition waits at. */
export async function obstacleTo(
  { record, read }: KnownRecord,
  progress: Progress,
  waitsAt: WaitsAt,
): Promise<string | null> {
  switch (read.type) {
    case 'tombstone':
      return 'it has no value, so no plugin gets it'
    case 'undecodable':
      return 'it holds no event that can be read, so no plugin gets it'
    case 'waiting':
      return progress.type === 'done'
        ? null
        : 'its partition waits at this record until it can be read'
    case 'event': {
      if (progress.type !== 'not-done' || progress.committed >= record.offset) return null
      const next = { ...record, offset: progress.committed }
      const why = await waitsAt(next)
      return why === undefined ? null : `its partition waits at ${placeOf(next)}: ${why}`
    }
  }
}
