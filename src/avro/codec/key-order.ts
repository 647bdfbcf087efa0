/** A key, and the JSON text that precedes its value. */
export interface Member {
  key: string
  /** Such as `,"key":`; the first member has no comma. */
  prefix: string
}

interface KeyOrder {
  /** In the order of `Object.keys`. */
  keys: readonly string[]
  /** Sorted by key. */
  members: readonly Member[]
}

/** Orders cached per number of keys; objects with other orders are sorted each time. */
const ORDERS_MAX = 32
/** Objects with more keys are not cached. */
const KEYS_MAX = 64

const known: KeyOrder[][] = []

/**
 * The members of an object, sorted by key. Events of one kind have the same keys in the same order, and
 * looking up a known order is faster than sorting.
 */
export function sortedMembers(object: object): readonly Member[] {
  const keys = Object.keys(object)
  if (keys.length > KEYS_MAX) return membersOf(keys)
  known[keys.length] ??= []
  const orders = known[keys.length] as KeyOrder[]
  const found = orders.find((order) => isSame(order.keys, keys))
  if (found !== undefined) return found.members
  const members = membersOf(keys)
  if (orders.length < ORDERS_MAX) orders.push({ keys, members })
  return members
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  for (let i = 0; i < some.length; i++) if (some[i] !== others[i]) return false
  return true
}

function membersOf(keys: readonly string[]): Member[] {
  const sorted = [...keys].sort()
  return sorted.map((key, i) => ({ key, prefix: `${i > 0 ? ',' : ''}${JSON.stringify(key)}:` }))
}
