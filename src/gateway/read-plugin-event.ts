import type { PluginEvent } from '../event/event.ts'
import { pluginEventKey } from '../event/plugin-event-key.ts'
import { checkRecord } from '../event/validation/check-shape.ts'
import { checkKeyLength } from '../event/validation/key-length.ts'
import { Problems } from '../event/validation/problem.ts'
import type { RecordShape } from '../event/validation/shapes.ts'
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
  const event = { id, name, time, args, kwargs }
  checkKeyLength(pluginEventKey(event) ?? event.id, problems)
  return problems.list.length > 0 ? { ok: false, problems: problems.list } : { ok: true, event }
}
