import type { PluginStatus } from '../control/plugin-states.ts'
import type { FilterDecision } from '../pipeline/intake/evaluate-filters.ts'

/** Which part of the topics is searched. */
export interface ExplainRange {
  /** Only records with this key. */
  entity?: string
  fromMs?: number
  toMs?: number
}

/** What is known of an event. Times are RFC 3339 in UTC, places are `topic/partition@offset`. */
export interface Explanation {
  id: string
  group: string
  /** Whether events are handed to plugins at all. */
  events: 'on' | 'off' | 'unknown'
  /** Each record that holds the event, oldest first. */
  records: ExplainedRecord[]
  /** Dead letters of it whose record is not among these. */
  letters: ExplainedDeadLetter[]
  /** The same of those that were redriven for this group. */
  redrives: ExplainedRedrive[]
  searched: SearchedTopic[]
  /** What can't be told, and why. */
  unknown: string[]
}

export interface ExplainedRecord {
  place: string
  topic: string
  partition: number
  offset: number
  time: string
  /** The key. */
  entity: string | null
  content: ExplainedContent
  progress: Progress
  plugins: ExplainedPlugin[]
  /** Dead letters of others than the plugins above; `*` stands for all of them. */
  letters: ExplainedDeadLetter[]
  /** Those that were redriven for others of this group. */
  redrives: ExplainedRedrive[]
}

export type ExplainedContent =
  | {
      type: 'event'
      name: string
      schema: string
      schemaId: number
      /** An older record with this id, and whether it says the same: else it is a conflict. */
      repeats: { place: string; same: boolean } | null
    }
  | { type: 'undecodable'; why: string }

/** Where the group stands: it is done with what is below the committed offset. */
export type Progress =
  | { type: 'done' | 'not-done'; committed: number }
  | { type: 'never-committed' }
  | { type: 'unknown' }

export interface ExplainedPlugin {
  plugin: string
  /** In one line. */
  summary: string
  state: KnownPluginStatus
  /** What its filter says now, which may not be what it said then. */
  filter: { decision: FilterDecision['type'] | 'not-asked'; why: string }
  /** Where the plugin starts, if the record lies below that: then it passes the plugin by. */
  passedBy: ExplainedStart | null
  completion: Completion
  letters: ExplainedDeadLetter[]
  redrives: ExplainedRedrive[]
}

/** Who said where a plugin starts, when and why. */
export interface ExplainedStart {
  /** The first offset of the record's partition that the plugin is given. */
  first: number
  by: string
  at: string
  why: string
}

export type KnownPluginStatus = PluginStatus | { state: 'unknown' }

/** What the idempotency store keeps of the plugin and this event id. */
export type Completion =
  | {
      type: 'completed'
      at: string
      /** Of this record, or of one with the same id and other content. */
      content: 'same' | 'other'
      /** Older than IDEMPOTENCY_TTL_MS: it counts no more. */
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
  /** How often it had been redriven before it was given up. */
  redrives: number
  /** Where its record was. */
  record: string
}

/** A dead letter that was handed to its plugin once more. */
export interface ExplainedRedrive {
  /** Where it lies in the redrive topic. */
  place: string
  /** When it was redriven. */
  time: string
  plugin: string
  /** 1 the first time. */
  generation: number
  /** The dead letter that it was. */
  letter: string | null
  /** Where its record was. */
  record: string
  /** What became of it, in one line. */
  summary: string
  progress: Progress
  /** By an id of its own. */
  completion: Completion
}

/** The part of a topic that was looked at. */
export interface SearchedTopic {
  topic: string
  partitions: { partition: number; first: number; end: number }[]
}
