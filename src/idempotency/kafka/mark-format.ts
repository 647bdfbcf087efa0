import { hash } from 'node:crypto'
import { MARK_WORDS, type Mark } from './mark-table.ts'

/**
 * A record of the ledger of completed events:
 *
 *     1 byte    version, 1
 *     n times   16 bytes, a mark:
 *       12 bytes  the first of SHA-256 of group, NUL, plugin, NUL and event id, in UTF-8
 *        4 bytes  the first of SHA-256 of the content's fingerprint
 *
 * The record's partition is that of the event's record, its timestamp says when the marks were
 * written. Two keys of the same 12 bytes would make a conflict, which is seen, not a loss; two
 * contents of the same 4 bytes under one id would hide a conflict, once in four thousand million.
 *
 * A version that this program does not know, such as a newer one's after a rollback, is skipped and
 * counted: its marks are unknown then, so what they stand for is handled again.
 */
const VERSION = 1
const VERSION_BYTES = 1
const WORD_BYTES = 4
const MARK_BYTES = MARK_WORDS * WORD_BYTES
const KEY_WORDS = 3

/** The most that one record holds: 64 KiB, far below what a topic takes. */
export const MARKS_PER_RECORD = 4_096

/** What identifies a delivery in a ledger, which another group's may share by its name. */
export interface MarkKey {
  groupId: string
  plugin: string
  eventId: string
}

export function markOf({ groupId, plugin, eventId }: MarkKey, fingerprint: string): Mark {
  const bytes = hash('sha256', `${groupId}\u0000${plugin}\u0000${eventId}`, 'binary')
  const mark = new Uint32Array(MARK_WORDS)
  for (let word = 0; word < KEY_WORDS; word++) mark[word] = wordOf(bytes, word * WORD_BYTES)
  mark[KEY_WORDS] = wordOf(hash('sha256', fingerprint, 'binary'), 0)
  return mark
}

/** Four bytes, each a character: Node makes a buffer of a hash at three times the cost of a text. */
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
 * Hands over each mark, in an array that is used again for the next. False, and nothing is handed
 * over, when the bytes are not what `packMarks` of this version writes.
 */
export function unpackMarks(bytes: Buffer | null, onMark: (mark: Mark) => void): boolean {
  if (bytes?.[0] !== VERSION || bytes.length % MARK_BYTES !== VERSION_BYTES) return false
  const mark = new Uint32Array(MARK_WORDS)
  for (let at = VERSION_BYTES; at < bytes.length; at += MARK_BYTES) {
    for (let word = 0; word < MARK_WORDS; word++) {
      mark[word] = bytes.readUInt32BE(at + word * WORD_BYTES)
    }
    onMark(mark)
  }
  return true
}
