import type { Tap } from '../binary/avsc.ts'
import { blockCount } from '../binary/blocks.ts'
import { COST, spend } from '../binary/decode-limits.ts'
import { readKey } from '../binary/map-key-cache.ts'
import { errorWithin } from '../binary/read-error.ts'
import { assertInside } from '../binary/text.ts'
import type { Read } from './scalars.ts'

export function listReader(readItem: Read): Read {
  return (tap) => {
    const items: unknown[] = []
    spend(COST.list)
    for (let left = blockCount(tap); left > 0; left = blockCount(tap)) {
      spend(left * COST.item)
      readItems(tap, readItem, items, left)
    }
    return Object.freeze(items)
  }
}

function readItems(tap: Tap, readItem: Read, items: unknown[], count: number): void {
  try {
    for (let left = count; left > 0; left--) {
      items.push(readItem(tap))
      assertInside(tap)
    }
  } catch (error) {
    throw errorWithin(items.length, error)
  }
}

export function mapReader(readValue: Read): Read {
  return (tap) => {
    const map: Record<string, unknown> = {}
    spend(COST.map)
    for (let left = blockCount(tap); left > 0; left = blockCount(tap)) {
      spend(left * COST.entry)
      while (left-- > 0) readEntry(tap, readValue, map)
    }
    return Object.freeze(map)
  }
}

function readEntry(tap: Tap, readValue: Read, map: Record<string, unknown>): void {
  let key = '*'
  try {
    key = readKey(tap)
    setOwn(map, key, readValue(tap))
    assertInside(tap)
  } catch (error) {
    throw errorWithin(key, error)
  }
}

/** A plain assignment would drop a `__proto__` key. */
export function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') object[key] = value
  else {
    const property = { value, enumerable: true, writable: true, configurable: true }
    Object.defineProperty(object, key, property)
  }
}
