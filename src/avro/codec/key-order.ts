/** A key as it goes into the text of its object. */
export interface Member {
  key: string
  /** Such as `,"key":`, without the comma where it is the first. */
  prefix: string
}

interface KeyOrder {
  /** As some object has them. */
  keys: readonly string[]
  /** As they are written. */
  members: readonly Member[]
}

/** The orders that are kept for each number of keys; further ones are sorted each time. */
const ORDERS_MAX = 32
/** Objects with more keys are not looked for. */
const KEYS_MAX = 64

const known: KeyOrder[][] = []

/**
 * The members of an object, sorted by key. Objects of one kind of event have the same keys in the same
 * order again and again: to find those takes less time than to sort them.
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
