import { createHash } from 'node:crypto'

/** What a plugin of the suite wants and does, for the verdict. */
export interface PluginRule {
  slug: string
  wants(name: string): boolean
  /** Whether the event always ends as a dead letter. */
  isDoomed(eventId: string): boolean
  /** Effect and mark are one transaction, so no fault may cause a second effect. */
  isExact?: boolean
}

export type StoreName = 'kafka' | 'postgres'

const never = () => false

export const every: PluginRule = { slug: 'every', wants: () => true, isDoomed: never }

export const flaky: PluginRule = {
  slug: 'flaky',
  wants: (name) => name !== 'inventory.destroyed',
  isDoomed,
}

export const slow: PluginRule = {
  slug: 'slow',
  wants: (name) => name !== 'inventory.moved',
  isDoomed: never,
}

/** Transactional: its effects are rows of a table. */
export const booking: PluginRule = {
  slug: 'booking',
  wants: (name) => name === 'inventory.moved',
  isDoomed: never,
  isExact: true,
}

/** The plugins that run with a store. */
export function rulesFor(store: StoreName): readonly PluginRule[] {
  return store === 'postgres' ? [every, flaky, slow, booking] : [every, flaky, slow]
}

/** One event in a hundred, always the same ones. */
export function isDoomed(eventId: string): boolean {
  return dice(eventId) % 100 === 0
}

/** One event in twenty. */
export function isUnlucky(eventId: string): boolean {
  return dice(eventId) % 20 === 1
}

export function slownessOf(eventId: string): number {
  return 20 + (dice(eventId) % 60)
}

function dice(eventId: string): number {
  return createHash('sha256').update(eventId).digest().readUInt32BE()
}
