import { oneOf, textOf } from './control-record.ts'

/** What people do to a group, by the name of its command. */
export const ACTIONS = [
  'events on',
  'events off',
  'plugins enable',
  'plugins enable --from',
  'plugins disable',
  'plugins pause',
  'plugins resume',
  'dead-letters redrive',
  'dead-letters discard',
  'dead-letters restore',
  'replay',
  'replay --rebuild',
  'replay --resume',
  'replay --abandon',
  'group split',
  'group failover',
  'state reset',
] as const

export type ActionName = (typeof ACTIONS)[number]

export type Via = 'command' | 'console'

/** One entry of the audit: an action has one when it begins, and one when it ended. */
export interface AuditEntry {
  /** The same in both. */
  id: string
  phase: 'begun' | 'done' | 'failed'
  /** RFC 3339, UTC. */
  at: string
  by: string
  via: Via
  /** Text, because a newer version may have others. */
  action: string
  /** What it is done to, such as plugins; cut when there is much. */
  what: readonly string[]
  /** To how many; null where that does not say anything. */
  count: number | null
  why: string
  error: string | null
}

const FORMAT_VERSION = 1
const WHAT_MAX = 20
const TEXT_MAX = 1_000

export function encodeAudit(entry: AuditEntry): Buffer {
  const { what, why, by, error } = entry
  const left = what.length - WHAT_MAX
  const shown = what.slice(0, WHAT_MAX).map(cut)
  const value = {
    v: FORMAT_VERSION,
    ...entry,
    by: cut(by),
    what: left > 0 ? [...shown, `and ${left} more`] : shown,
    why: cut(why),
    error: error === null ? null : cut(error),
  }
  return Buffer.from(JSON.stringify(value))
}

/** Undefined for bytes that are no entry, and for entries of a newer format. */
export function decodeAudit(value: Buffer | null): AuditEntry | undefined {
  try {
    const fields = JSON.parse(String(value))
    if (fields.v !== FORMAT_VERSION) return undefined
    const { what, count, error } = fields
    const text = (name: string) => cut(textOf(fields[name]))
    return {
      ...{ id: text('id'), at: text('at'), by: text('by'), action: text('action') },
      phase: oneOf(fields.phase, ['begun', 'done', 'failed']),
      via: oneOf(fields.via, ['command', 'console']),
      what: Array.isArray(what) ? what.slice(0, WHAT_MAX + 1).map((each) => cut(textOf(each))) : [],
      count: Number.isSafeInteger(count) ? count : null,
      why: text('why'),
      error: typeof error === 'string' ? cut(error) : null,
    }
  } catch {
    return undefined
  }
}

function cut(text: string): string {
  return text.slice(0, TEXT_MAX)
}
