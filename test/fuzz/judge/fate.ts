import type { RecordHeaders } from '../../../src/event/headers.ts'
import type { DeadLetterReason } from '../../../src/event/outcome.ts'
import type { EventJson } from '../steps/step.ts'

/** How a record must end, whatever the plugins. */
export type Fate =
  /** Handled once by each plugin that wants it. */
  | { type: 'event'; name: string; event: EventJson }
  /** No plugin is called for it again, and there is no dead letter. */
  | { type: 'duplicate' }
  /** A dead letter for each plugin that wants it. */
  | { type: 'conflict'; name: string; event: EventJson }
  | Undecodable
  /** Its bytes may be an event or not: it is handled, or there is a dead letter. */
  | { type: 'either' }
  | { type: 'tombstone' }

interface Undecodable {
  type: 'undecodable'
  reason: 'undecodable' | 'too-large'
  /** Without a name, no filter can be asked: one dead letter for all plugins. */
  name?: string
  /** Set if filters can read its fields. */
  event?: EventJson
  isStub?: true
}

export interface ExpectedCall {
  step: number
  /** The number of its record in the case. */
  record: number
  plugin: string
  id: string
  attempts: number
  event: EventJson
}

/** What a dead letter keeps of its record. */
export interface RecordBytes {
  key: Buffer | null
  value: Buffer | null
  /** Its own, without those that dead-lettering adds. */
  headers: RecordHeaders
}

export interface ExpectedLetter {
  step: number
  /** The number of its record in the case. */
  record: number
  plugin: string
  reason: DeadLetterReason
  /** Of the record, where it is known; else its event's id. */
  place: string | undefined
  id: string | undefined
  isStub: boolean
  /** Undefined if a publisher wrote it. */
  bytes: RecordBytes | undefined
}
