import type { Kinds } from '../../event/kinds.ts'
import type { FollowUp } from '../../follow-up/follow-up.ts'
import { type FollowUpCause, makeFollowUp } from '../../follow-up/make-follow-up.ts'
import type { EventToPublish, PublishOptions } from '../../plugin/follow-up-types.ts'

/** As many as one call may publish. */
const CALL_MAX = 1_000

/** What a handler publishes: drafts, which count only if the call ends well. */
export class FollowUpDrafts {
  readonly #kinds: Kinds
  readonly #cause: FollowUpCause
  readonly #byId = new Map<string, FollowUp>()

  constructor(kinds: Kinds, cause: FollowUpCause) {
    this.#kinds = kinds
    this.#cause = cause
  }

  get drafts(): readonly FollowUp[] {
    return [...this.#byId.values()]
  }

  publish(event: EventToPublish, options: PublishOptions = {}): void {
    const draft = makeFollowUp(this.#kinds, event, options, this.#cause)
    const { id } = draft.event
    if (this.#byId.has(id)) throw new TypeError(`context.publish: ${repeated(id, event)}`)
    if (this.#byId.size >= CALL_MAX) {
      throw new RangeError(`context.publish: expected at most ${CALL_MAX} events in a call`)
    }
    this.#byId.set(id, draft)
  }
}

function repeated(id: string, event: EventToPublish): string {
  if (event.id !== undefined) return `expected another id than ${id}, which this call has published`
  return 'this call has published an event of that name; expected a name of its own for each: publish(event, { name })'
}
