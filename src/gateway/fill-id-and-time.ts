import { hash } from 'node:crypto'
import { uuidV7 } from '../publish/uuid-v7.ts'

/** Gives events the id and the time that they lack. */
export interface EventDefaults {
  id(): string
  /**
   * The time of an event that has none, the same for the same id: an id that comes again with
   * another time would be a conflict. A UUID of version 7 holds its time; for other ids it is
   * remembered for a while, by this process.
   */
  timeOf(id: string): string
}

const REMEMBERED_IDS = 50_000
const UUID_V7 = /^([\da-f]{8})-([\da-f]{4})-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}/i
/** The last millisecond of the year 9999. */
const LAST_MS = 253_402_300_799_999

export function createStamp(nowMs: () => number, rememberedIds = REMEMBERED_IDS): EventDefaults {
  const times = new Map<string, string>()

  function remembered(id: string): string {
    const key = hash('sha256', id, 'base64')
    const time = times.get(key) ?? new Date(nowMs()).toISOString()
    times.set(key, time)
    if (times.size > rememberedIds) times.delete(times.keys().next().value as string)
    return time
  }

  return { id: () => uuidV7(nowMs()), timeOf: (id) => timeIn(id) ?? remembered(id) }
}

/** The time that a UUID of version 7 was minted at; the number of an event in a request may follow it. */
function timeIn(id: string): string | undefined {
  const [, high, low] = UUID_V7.exec(id) ?? []
  const ms = high === undefined ? Number.NaN : Number.parseInt(`${high}${low}`, 16)
  return ms <= LAST_MS ? new Date(ms).toISOString() : undefined
}
