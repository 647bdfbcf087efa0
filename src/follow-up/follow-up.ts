import type { Event } from '../event/event.ts'
import type { RecordHeaders } from '../event/headers.ts'
import type { Kinds } from '../event/kinds.ts'
import type { Trace } from '../event/trace.ts'
import type { MaybePromise } from '../util/maybe-promise.ts'

/** An event that a handler publishes because of the one that it handles. */
export interface FollowUp {
  event: Event
  /** Undefined for the topic of the event's family. */
  topic: string | undefined
  /** Undefined for the key that the event has by itself. */
  key: string | undefined
  /** CloudEvents' `source`: the plugin. */
  source: string
  trace: Trace | undefined
  /** The id of the event that it follows from. */
  cause: string
  /** How many follow-ups there are from the first event to this one, itself included. */
  hops: number
}

/** A follow-up as it is written, by its key as all events are. */
export interface FollowUpRecord {
  topic: string
  key: string
  value: Buffer
  headers: RecordHeaders
}

export interface FollowUpSink {
  /** The kinds that are known. */
  readonly kinds: Kinds
  /**
   * Finds topics and schemas. Throws or rejects with TOPIC_MISSING or REGISTRY_*, or if a record is
   * larger than its topic takes.
   */
  encode(followUps: readonly FollowUp[]): MaybePromise<readonly FollowUpRecord[]>
  /** Resolves once the brokers have acknowledged all of them; rejects otherwise. */
  write(records: readonly FollowUpRecord[]): Promise<void>
}
