import type { Event } from '../event/event.ts'
import { isPluginEvent } from '../event/guards.ts'
import type { Kinds } from '../event/kinds.ts'
import type { Problem } from '../event/validation/problem.ts'
import { validateEvent } from '../event/validation/validate.ts'

export type ReadEvent = { ok: true; event: Event } | { ok: false; problems: readonly Problem[] }

const NO_KIND: Problem = {
  path: 'kind',
  expected: 'the kind of an inventory event',
  got: 'nothing',
}

/** Validates an event of a webhook. Kinds without a schema are accepted too. */
export function readWebhookEvent(kinds: Kinds, value: unknown): ReadEvent {
  const validation = validateEvent(kinds, value)
  const isOfPlugin = validation.ok && isPluginEvent(validation.event)
  return isOfPlugin ? { ok: false, problems: [NO_KIND] } : validation
}
