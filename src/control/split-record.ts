import type { StartOffsets } from '../pipeline/intake/start-offsets.ts'
import { InventoryEventsError, messageOf } from '../util/errors.ts'
import { type Audit, entriesOf, offsetsOf, oneOf, textOf } from './control-record.ts'

/** How a group came into being: with plugins of another group, where that one stood. */
export interface Split extends Audit {
  from: string
  /** Until it is done, the group must not start. */
  state: 'copying' | 'done'
  /** For each plugin, the groups that it was in before, the last one first. */
  formerGroups: Readonly<Record<string, readonly string[]>>
  /** What the group that it is split from had committed. */
  offsets: StartOffsets
}

const FORMAT_VERSION = 1
const KEY = 'split:'
const STATES = ['copying', 'done'] as const
/** The receiver of a redriven event that could not be decoded. */
const EVERY_PLUGIN = '*'

/** Whether a record of the control topic says what the group was split from. A group has one at most. */
export function isSplitKey(key: string): boolean {
  return key === KEY
}

/** The command that splits a group, or continues to. */
export function splitCommand(split: {
  from: string
  to: string
  slugs: readonly string[]
}): string {
  const { from, to, slugs } = split
  return `inventory-events group split --from ${from} --to ${to} --plugins ${slugs.join(',')} --yes`
}

/** Key and value in the control topic. */
export function encodeSplit(split: Split): { key: string; value: Buffer } {
  return { key: KEY, value: Buffer.from(JSON.stringify({ v: FORMAT_VERSION, ...split })) }
}

/** Throws CONTROL_INVALID if this version can't read it: a newer one may have written it. */
export function decodeSplit(value: Buffer): Split {
  try {
    return parse(JSON.parse(value.toString()))
  } catch (error) {
    const message = `the record of the group's split cannot be read: ${messageOf(error)}`
    throw new InventoryEventsError('CONTROL_INVALID', message, { cause: error })
  }
}

/** Whether redriven events of a group for a plugin, or for every plugin, are for the group of the split. */
export function isSuccessor({ formerGroups }: Split, groupId: string, slug: string): boolean {
  const groups =
    slug === EVERY_PLUGIN ? Object.values(formerGroups).flat() : (formerGroups[slug] ?? [])
  return groups.includes(groupId)
}

function parse(value: Record<string, unknown>): Split {
  if (value.v !== FORMAT_VERSION) {
    throw new Error(`expected version ${FORMAT_VERSION}, got ${JSON.stringify(value.v)}`)
  }
  return {
    from: textOf(value.from),
    state: oneOf(value.state, STATES),
    formerGroups: Object.fromEntries(
      entriesOf(value.formerGroups).map(([slug, groups]) => [slug, groupsOf(groups)]),
    ),
    offsets: offsetsOf(value.offsets),
    by: textOf(value.by),
    at: textOf(value.at),
    why: textOf(value.why),
  }
}

function groupsOf(value: unknown): string[] {
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value
  throw new Error(`expected groups, got ${JSON.stringify(value)}`)
}
