import { hash } from 'node:crypto'
import type { MarkedOutcome } from '../../event/outcome.ts'
import { textHash } from '../../util/text-hash.ts'
import { MARK_WORDS, type Mark } from './mark-table.ts'

/**
 * The value of a record in the marks topic:
 *
 *     1 byte    version, 2
 *     n times   16 bytes, a mark:
 *       12 bytes  the first 12 of SHA-256 of group, NUL, plugin, NUL and event id, in UTF-8
 *        4 bytes  31 bits of the content's hash, then a bit that is set
 *
 * Version 1 had the first 4 bytes of SHA-256 of the content's fingerprint there. Its marks stay valid: they
 * are read with the last bit cleared, which says what they are to be compared with.
 *
 * A header holds how each of these events ended, in a byte each: see `packOutcomes`. Another one names
 * the group that made the marks, if they were copied from its topic: only it hashes to these keys.
 *
 * The record has the partition of the event's record; its timestamp is when the marks were written.
 * Two keys with the same 12 bytes would cause a conflict, which is reported, not a loss. Two contents
 * with the same 31 bits under one id would hide a conflict: a chance of one in 2^31.
 *
 * A record of an unknown version, such as a newer one's after a rollback, is skipped and counted. Its
 * marks are not known then, so their events are handled again.
 */
const VERSION = 2
/** Of versions that had no content hashes. */
const FORMER_VERSION = 1
const VERSION_BYTES = 1
const WORD_BYTES = 4
const MARK_BYTES = MARK_WORDS * WORD_BYTES
const KEY_WORDS = 3
/** In the word for the content: whether it is of the content's hash. */
const IS_HASH = 1

/** Maximum per record: 64 KiB, far below the message limit of a topic. */
export const MARKS_PER_RECORD = 4_096

/** Identifies a delivery in a marks topic. The group is included, because groups may share a topic. */
export interface MarkKey {
  groupId: string
  plugin: string
  eventId: string
}

export function markOf({ groupId, plugin, eventId }: MarkKey, contentHash: string): Mark {
  const bytes = hash('sha256', `${groupId}\u0000${plugin}\u0000${eventId}`, 'binary')
  const mark = new Uint32Array(MARK_WORDS)
  for (let word = 0; word < KEY_WORDS; word++) mark[word] = wordOf(bytes, word * WORD_BYTES)
  mark[KEY_WORDS] = textHash(contentHash) | IS_HASH
  return mark
}

/** Whether a mark's word for the content is of version 1, so that only `formerWord` can be the same. */
export function isFormer(word: number): boolean {
  return (word & IS_HASH) === 0
}

/** The word for content with this fingerprint in marks of version 1, as they are read. */
export function formerWord(fingerprint: string): number {
  return (wordOf(hash('sha256', fingerprint, 'binary'), 0) & ~IS_HASH) >>> 0
}

/** A letter for each outcome. An unknown letter, of a newer version, is no outcome. */
const LETTERS: Record<MarkedOutcome, string> = {
  processed: 'p',
  skipped: 's',
  rejected: 'r',
  'dead-lettered': 'd',
}
const OUTCOMES = new Map(
  Object.entries(LETTERS).map(([outcome, letter]) => [letter, outcome as MarkedOutcome]),
)

export function packOutcomes(outcomes: readonly MarkedOutcome[]): Buffer {
  return Buffer.from(outcomes.map((outcome) => LETTERS[outcome]).join(''))
}

/** The outcome of a record's n-th mark, if it was written. */
export function outcomeAt(packed: Buffer | undefined, n: number): MarkedOutcome | undefined {
  const letter = packed?.[n]
  return letter === undefined ? undefined : OUTCOMES.get(String.fromCharCode(letter))
}

/** Reads 4 bytes of a binary string. Node creates a hash as a buffer at three times its cost. */
function wordOf(bytes: string, start: number): number {
  let word = 0
  for (let i = start; i < start + WORD_BYTES; i++) word = (word << 8) | bytes.charCodeAt(i)
  return word >>> 0
}

export function packMarks(marks: readonly Mark[]): Buffer {
  const bytes = Buffer.allocUnsafe(VERSION_BYTES + marks.length * MARK_BYTES)
  let at = bytes.writeUInt8(VERSION, 0)
  for (const mark of marks) {
    for (let word = 0; word < MARK_WORDS; word++) at = bytes.writeUInt32BE(mark[word]!, at)
  }
  return bytes
}

/**
 * Calls `onMark` with each mark, in an array that is reused for the next one. Returns false, without a
 * call, if the bytes are not what `packMarks` of this version or of the first writes.
 */
export function unpackMarks(
  bytes: Buffer | null,
  onMark: (mark: Mark, n: number) => void,
): boolean {
  const isFormerOne = bytes?.[0] === FORMER_VERSION
  if (bytes === null || !(isFormerOne || bytes[0] === VERSION)) return false
  if (bytes.length % MARK_BYTES !== VERSION_BYTES) return false
  const mark = new Uint32Array(MARK_WORDS)
  for (let n = 0, at = VERSION_BYTES; at < bytes.length; n++, at += MARK_BYTES) {
    for (let word = 0; word < MARK_WORDS; word++) {
      mark[word] = bytes.readUInt32BE(at + word * WORD_BYTES)
    }
    if (isFormerOne) mark[KEY_WORDS] = mark[KEY_WORDS]! & ~IS_HASH
    onMark(mark, n)
  }
  return true
}
