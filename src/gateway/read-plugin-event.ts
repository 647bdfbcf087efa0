import type { PluginEvent } from '../event/event.ts'
import type { Kinds } from '../event/kinds.ts'
import { checkRecord } from '../event/validation/check-shape.ts'
import { Problems } from '../event/validation/problem.ts'
import type { RecordShape } from '../event/validation/shapes.ts'
import { validateEvent } from '../event/validation/validate.ts'
import type { EventDefaults } from './fill-id-and-time.ts'
import type { ReadEvent } from './read-webhook.ts'

/** A plugin event as it is sent; `event` becomes the name, and id, time and arguments are filled in. */
export const SENT_EVENT_SHAPE = {
  event: 'id',
  args: { optional: { listOf: 'json' } },
  kwargs: { optional: 'json-object' },
  id: { optional: 'id' },
  time: { optional: 'time' },
} as const satisfies RecordShape

interface SentEvent extends Partial<Pick<PluginEvent, 'id' | 'time' | 'args' | 'kwargs'>> {
  event: string
}

/** `key`: the event's id if it has none, from the Idempotency-Key header. */
export function readPluginEvent(
  kinds: Kinds,
  value: unknown,
  mint: EventDefaults,
  key: string | undefined,
): ReadEvent {
  const problems = new Problems()
  checkRecord(value, SENT_EVENT_SHAPE, '', problems)
  if (problems.list.length > 0) return { ok: false, problems: problems.list }
  const { event: name, args = [], kwargs = {}, ...sent } = value as SentEvent
  const id = sent.id ?? key ?? mint.id()
  const time = sent.time ?? mint.timeOf(id)
  return validateEvent(kinds, { id, name, time, args, kwargs })
}
