import type { Visible } from '../access/visible-fields.ts'

/** A record of an input topic, as a user may see it. */
export interface SeenEvent {
  /** `topic/partition@offset`. */
  place: string
  topic: string
  partition: number
  offset: number
  /** The timestamp of the record. */
  recordMs: number
  entity: string | null
  /** Null if it can't be read. */
  id: string | null
  /** An inventory event's kind, or a plugin event's name. */
  name: string | null
  /** When it happened, as the event says. */
  timeMs: number | null
  visible: Visible | null
  /** Why it can't be read. */
  why: string | null
}

/** What a search shows of an event. */
export type EventRow = Omit<SeenEvent, 'visible'>
