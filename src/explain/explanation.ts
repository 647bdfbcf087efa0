import type { PluginStatus } from '../control/plugin-states.ts'
import type { Thrown } from '../dead-letter/read-dead-letter.ts'
import type { MarkedOutcome } from '../event/outcome.ts'
import type { FilterDecision } from '../pipeline/intake/evaluate-filters.ts'
import type { Evidence } from './find-event.ts'

/** The part of the topics to search. */
export interface ExplainRange {
  /** Only records with this key. */
  entity?: string
  fromMs?: number
  toMs?: number
  /** Only records that name the event: not those that can't be read and hold its id somewhere. */
  isNamed?: true
}

/** What is known about an event. Times are RFC 3339 in UTC, places are `topic/partition@offset`. */
export interface Explanation {
  id: string
  group: string
  /** Whether events are delivered to plugins at all. */
  events: 'on' | 'off' | 'unknown'
  /** Each record that holds the event, oldest first. */
  records: ExplainedRecord[]
  /** Its dead letters whose record is not in `records`. */
  letters: ExplainedDeadLetter[]
  /** Its redrives for this group whose record is not in `records`. */
  redrives: ExplainedRedrive[]
  searched: SearchedTopic[]
  /** What could not be found out, and why. */
  unknown: string[]
}

export interface ExplainedRecord {
  place: string
  topic: string
  partition: number
  offset: number
  time: string
  /** The record key. */
  entity: string | null
  content: ExplainedContent
  /** What keeps the record from the plugins; null for nothing that is known. */
  obstacle: string | null
  progress: Progress
  plugins: ExplainedPlugin[]
  /** Dead letters of other plugins or groups; the plugin `*` stands for all plugins. */
  letters: ExplainedDeadLetter[]
  /** Redrives for other plugins of this group. */
  redrives: ExplainedRedrive[]
}

export type ExplainedContent =
  | {
      type: 'event'
      name: string
      schema: string
      schemaId: number
      /** An older record with this id. Other content than that is a conflict. */
      repeats: { place: string; same: boolean } | null
    }
  /** No event: `tombstone` has no value, `waiting` cannot be read now. */
  | { type: 'undecodable' | 'waiting' | 'tombstone'; why: string; knownBy: Evidence }

/** The group's progress: it is done with records below its committed offset. */
export type Progress =
  | { type: 'done' | 'not-done'; committed: number }
  | { type: 'never-committed' }
  | { type: 'unknown' }

export interface ExplainedPlugin {
  plugin: string
  /** One line. */
  summary: string
  state: KnownPluginStatus
  /** The decision of its filters as they are now, which may differ from the one at the time. */
  filter: { decision: FilterDecision['type'] | 'not-asked'; why: string }
  /** The plugin's start offset if the record lies below it, so that the plugin never gets it. */
  passedBy: ExplainedStart | null
  completion: Completion
  /**
   * What the plugin remembers of the entity now, which may include later events; null if it has no state, or
   * if that could not be read.
   */
  remembers: Remembered | null
  letters: ExplainedDeadLetter[]
  redrives: ExplainedRedrive[]
}

/** A plugin's state for an entity, and when it was stored. */
export type Remembered =
  | { type: 'state'; version: number; value: unknown; at: string }
  | { type: 'unreadable'; at: string }
  | { type: 'nothing' }

/** Where a plugin starts, and who set that, when and why. */
export interface ExplainedStart {
  /** The first offset of the record's partition that the plugin gets. */
  first: number
  by: string
  at: string
  why: string
}

export type KnownPluginStatus = PluginStatus | { state: 'unknown' }

/** What the idempotency store has recorded for the plugin and this event id. */
export type Completion =
  | {
      type: 'completed'
      /** Null if the version that made the mark did not record it. */
      outcome: MarkedOutcome | null
      at: string
      /** Whether this record's content was completed, or another content with the same id. */
      content: 'same' | 'other'
      /** Older than IDEMPOTENCY_TTL_MS, so it no longer prevents a call. */
      expired: boolean
      /** When this record's own content was dead-lettered as a conflict. */
      conflictAt?: string
    }
  | { type: 'claimed'; by: string; until: string }
  | { type: 'none' | 'unknown'; why: string }

export interface ExplainedDeadLetter {
  place: string
  time: string
  plugin: string
  group: string
  reason: string
  attempts: number
  error: string
  /** That of the error, or the one given to `reject`. */
  code: string | null
  /** Beside the message, what is known of an error that was thrown. */
  thrown: Thrown | null
  /** How often it had been redriven before it was dead-lettered. */
  redrives: number
  /** The place of its record. */
  record: string
}

/** A dead letter that was redriven to its plugin. */
export interface ExplainedRedrive {
  /** Its place in the redrive topic. */
  place: string
  /** When it was redriven. */
  time: string
  plugin: string
  /** 1 for the first redrive. */
  generation: number
  /** The place of the dead letter. */
  letter: string | null
  /** The place of its record. */
  record: string
  /** Its outcome in one line. */
  summary: string
  progress: Progress
  /** Recorded under an id of its own. */
  completion: Completion
}

/** The part of a topic that was searched. */
export interface SearchedTopic {
  topic: string
  partitions: { partition: number; first: number; end: number }[]
}
