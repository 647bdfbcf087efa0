import type { WriterSchema } from '../avro/writer-schema.ts'
import type { Redriven } from '../dead-letter/redrive.ts'
import type { Event } from '../event/event.ts'
import { headerText } from '../event/headers.ts'
import type { CompletedOutcome } from '../event/outcome.ts'
import type { SourceRecord } from '../event/record.ts'
import type { FollowUpRecord } from '../follow-up/follow-up.ts'
import type { StateChange, StoredState } from '../idempotency/staged.ts'
import type { Claim } from '../idempotency/store.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import { limited } from '../util/failure/failure.ts'
import type { OpenRecord } from './offset-ledger.ts'
import type { Epoch } from './source.ts'

/** A plugin that a record is delivered to. */
export interface Recipient {
  plugin: LoadedPlugin
  /** The filter failed. The record is delivered anyway, so that the failure has an outcome. */
  filterFailed: boolean
}

/** A record's decoded content: the event, or why there is none. */
export type Content =
  /** `bytes` is roughly what the event takes in memory. */
  | ({ type: 'event'; event: Event; bytes: number } & Identity)
  | ({ type: 'undecodable'; reason: 'undecodable' | 'too-large'; error: string } & Identity)

/** What claims and marks know of content. */
export interface Identity {
  readonly id: string
  /** Equal for every retry of a producer, even if the bytes differ: see `contentHash`. */
  readonly hash: string
  /** The same, but slower, and for good: ids and older marks hold it. */
  readonly fingerprint: string
}

/** What is kept of an event that takes too much memory to be kept between turns. */
export interface ReleasedContent extends Identity {
  type: 'released'
}

/** A record that at least one plugin wants, shared by its deliveries. */
export interface WantedRecord {
  readonly epoch: Epoch
  /** Owns its bytes. */
  readonly record: SourceRecord
  /** Set if the record is a redriven dead letter. */
  readonly redriven: Redriven | undefined
  readonly bytes: number
  readonly open: OpenRecord
  readonly name: string
  readonly schema: WriterSchema | undefined
  /** Decoded by the first delivery that needs it and shared by all. */
  content: Content | ReleasedContent | undefined
}

/** One event for one plugin: the unit of order, retry, idempotency and dead-lettering. */
export interface Delivery {
  readonly plugin: LoadedPlugin
  readonly wanted: WantedRecord
  /** Deliveries in the same lane of a plugin run one at a time, in order. */
  readonly lane: string
  /** The filter failed, so it is unknown whether the plugin wants the event. */
  readonly filterFailed: boolean
  /** Calls of the handler so far. */
  attempts: number
  /** Normally held from the first turn to the last, retries included. */
  claim: Claim | undefined
  /**
   * The final outcome, once known. It is kept until it is written, so that a failed write of a dead
   * letter or mark is retried without calling the handler again.
   */
  verdict: CompletedOutcome | undefined
  /** The plugin's state for the record's key, loaded before each call. */
  storedState: StoredState | undefined
  /** What the last call has set of the plugin's state, to be stored with the outcome. */
  stateChange: StateChange | undefined
  /** What the last call has published, to be written before the mark, or together with it. */
  followUps: PublishedFollowUps | undefined
  deadLetterWritten: boolean
  /** A crash record has been written in advance, in case the handler ends the process. */
  crashRecorded: boolean
}

export interface PublishedFollowUps {
  readonly records: readonly FollowUpRecord[]
  isWritten: boolean
}

/** A delivery before its first turn; `verdict` is set if the outcome is already known. */
export function deliveryOf(
  { plugin, filterFailed }: Recipient,
  wanted: WantedRecord,
  verdict: CompletedOutcome | undefined,
): Delivery {
  return {
    plugin,
    wanted,
    lane: laneOf(originOf(wanted)),
    filterFailed,
    attempts: 0,
    claim: undefined,
    verdict,
    storedState: undefined,
    stateChange: undefined,
    followUps: undefined,
    deadLetterWritten: false,
    crashRecorded: false,
  }
}

/**
 * The lane of a record within a plugin. A record without a key has no entity to order by, so it keeps
 * the order of its partition. A redriven event uses its original lane.
 */
function laneOf({ topic, partition, key }: SourceRecord): string {
  if (key === null) return `${topic}\u0000partition\u0000${partition}`
  return `${topic}\u0000key\u0000${key.toString('latin1')}`
}

/** What is known of the event, for logs and dead letters. */
export interface KnownEvent {
  /** Its name. */
  event?: string
  eventId?: string
}

/** Of a record that holds no event, the header `ce_id` may say what should have been in it. */
export function eventOf({ wanted: { name, record, content } }: Delivery): KnownEvent {
  const isRead = content !== undefined && content.type !== 'undecodable'
  const eventId = isRead ? content.id : headerText(record, 'ce_id')
  return {
    ...(name !== '' && { event: limited(name, EVENT_TEXT_MAX) }),
    ...(eventId !== undefined && { eventId: limited(eventId, EVENT_TEXT_MAX) }),
  }
}

/** The contract's limit of ids. Other producers' may be longer. */
const EVENT_TEXT_MAX = 1_024

/** The record as first consumed: for a redriven one, the original input record. */
export function originOf({ record, redriven }: WantedRecord): SourceRecord {
  return redriven?.origin ?? record
}
