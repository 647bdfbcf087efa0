import type { WriterSchema } from '../avro/writer-schema.ts'
import type { Redriven } from '../dead-letter/redrive.ts'
import type { Event } from '../event/event.ts'
import type { CompletedOutcome } from '../event/outcome.ts'
import type { SourceRecord } from '../event/record.ts'
import type { Claim } from '../idempotency/store.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import type { OpenRecord } from './offset-ledger.ts'
import type { Epoch } from './source.ts'

/** A plugin that a record is delivered to. */
export interface Wanting {
  plugin: LoadedPlugin
  /** Its filter could not tell: it is delivered so that the failure has an outcome. */
  filterFailed: boolean
}

/** What a record's bytes say: the event, or why there is none. */
export type Content =
  | { type: 'event'; id: string; fingerprint: string; event: Event }
  | { type: 'undecodable'; id: string; fingerprint: string; error: string }

/** A record that somebody wants, shared by its deliveries. */
export interface WantedRecord {
  readonly epoch: Epoch
  /** A view into the fetch, until it is kept. */
  record: SourceRecord
  /** Whether the record is copied out of the fetch: ours for as long as we like. */
  isRetained: boolean
  /** Where the record is a dead letter that comes again. */
  readonly redriven: Redriven | undefined
  readonly bytes: number
  readonly open: OpenRecord
  readonly name: string
  readonly schema: WriterSchema | undefined
  /** Filled by the first delivery that needs it, for all of them. */
  content: Content | undefined
}

/** One event for one plugin: the unit of order, retry, idempotency and dead-lettering. */
export interface Delivery {
  readonly plugin: LoadedPlugin
  readonly wanted: WantedRecord
  /** Within its plugin, deliveries of one lane go one after the other. */
  readonly lane: string
  /** The filter could not tell whether the plugin wants the event. */
  readonly filterFailed: boolean
  /** Calls of the handler so far. */
  attempts: number
  /** Held from the first turn to the last, retries included. */
  claim: Claim | undefined
  /**
   * How the delivery ends, once that is known. It is kept until it is written down: a dead letter or
   * a mark that could not be written is tried again without calling the handler again.
   */
  verdict: CompletedOutcome | undefined
  deadLetterWritten: boolean
  /** Should its handler end the process now, that is noted already. */
  crashNoted: boolean
}

/** A delivery that has not had its turn yet; `verdict` where it is known before. */
export function deliveryOf(
  { plugin, filterFailed }: Wanting,
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
    deadLetterWritten: false,
    crashNoted: false,
  }
}

/**
 * The lane of a record within a plugin. One without a key has no entity to be ordered by, so it keeps
 * the order of its partition. A redriven event is in the lane that it was in before.
 */
function laneOf({ topic, partition, key }: SourceRecord): string {
  if (key === null) return `${topic}\u0000partition\u0000${partition}`
  return `${topic}\u0000key\u0000${key.toString('latin1')}`
}

/** The record as it first came in: of a redriven one, what it was before it was a dead letter. */
export function originOf({ record, redriven }: WantedRecord): SourceRecord {
  return redriven?.origin ?? record
}
