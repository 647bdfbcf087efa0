import { hash } from 'node:crypto'
import { timeText } from '../event/time/timestamp.ts'
import { uuidV7 } from '../publish/uuid-v7.ts'

/** Supplies the id and the time of events that are sent without them. */
export interface EventDefaults {
  id(): string
  /**
   * The time of an event that has none. It is the same for the same id, because an id repeated with
   * another time would be a conflict. A version 7 UUID contains its time; for other ids this
   * process remembers the time of the most recent ones.
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
    const time = times.get(key) ?? timeText(nowMs())
    times.set(key, time)
    if (times.size > rememberedIds) times.delete(times.keys().next().value as string)
    return time
  }

  return { id: () => uuidV7(nowMs()), timeOf: (id) => timeIn(id) ?? remembered(id) }
}

/** The time in a version 7 UUID, which may be followed by an event's index in its request. */
function timeIn(id: string): string | undefined {
  const [, high, low] = UUID_V7.exec(id) ?? []
  const ms = high === undefined ? Number.NaN : Number.parseInt(`${high}${low}`, 16)
  return ms <= LAST_MS ? timeText(ms) : undefined
}
