import type { Event } from '../../event/event.ts'
import type { Delivery } from '../delivery.ts'
import type { HandlerResult } from '../handle/handler-result.ts'

/** A delivery that has joined a batch. Its turn continues when it has its result. */
export interface Member {
  readonly delivery: Delivery
  readonly event: Event
  /** It is called with no others. */
  readonly isAlone: boolean
  end(result: HandlerResult): void
}

/** Members that are called together: at least one. */
export type Members = readonly [Member, ...Member[]]
