import type { SourceRecord } from '../../event/record.ts'
import type { LetterRow } from '../view/dead-letters/letter-row.ts'
import type { LetterIndex } from './letter-index.ts'

/** The dead letters of a group, as a console has read them. */
export interface FollowedLetters {
  readonly index: LetterIndex
  /** Whether all has been read once. */
  readonly isRead: boolean
  /** Why it could not be read the last time. */
  readonly problem: string | undefined
  /** How long Kafka keeps the dead letters of a topic; undefined if it is not known, or for ever. */
  retentionMsOf(topic: string): number | undefined
  hasRedrivePartition(topic: string, partition: number): boolean
  /** Resolves when what is in the topics now has been read. Rejects with a Kafka error. */
  refresh(): Promise<void>
  /** The record of a dead letter; undefined if Kafka has removed it. Rejects with a Kafka error. */
  read(row: LetterRow): Promise<SourceRecord | undefined>
}
