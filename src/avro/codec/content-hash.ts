import type { JsonObject, JsonValue } from '../../event/json.ts'
import { finish, mix, textHash } from '../../util/text-hash.ts'

/**
 * A quick hash of an event's content, of 32 bits: the same where `canonicalJson` is, so a producer's
 * retry has it even if its bytes differ. It reads the values in place, and makes no text of them. Members
 * are summed up, so their order does not matter and they need not be sorted. Each step is a bijection, so
 * a difference in one place, of up to 32 bits, is never lost; other differences are by a chance of
 * one in 2^32. Marks hold it: what it returns may never change.
 */
export function contentHash(asWritten: JsonValue): string {
  return String(valueHash(asWritten) >>> 0)
}

/** What a value's hash starts with, so that values of different types differ. That of a text is 1. */
const SEED = { integer: 2, number: 3, list: 4, object: 5, literal: 6 } as const

function valueHash(value: JsonValue): number {
  switch (typeof value) {
    case 'string':
      return textHash(value)
    case 'number':
      return numberHash(value)
    case 'boolean':
      return literalHash(value ? 1 : 2)
    default:
      if (value === null) return literalHash(3)
      return Array.isArray(value) ? listHash(value) : objectHash(value as JsonObject)
  }
}

function listHash(items: readonly JsonValue[]): number {
  let hash: number = SEED.list
  for (let i = 0; i < items.length; i++) hash = mix(hash, valueHash(items[i] as JsonValue))
  return finish(hash, items.length)
}

function objectHash(object: JsonObject): number {
  const keys = Object.keys(object)
  const values = Object.values(object)
  let sum = 0
  for (let i = 0; i < keys.length; i++) {
    const member = mix(keyHash(keys[i] as string), valueHash(values[i] as JsonValue))
    sum = (sum + finish(member, 2)) | 0
  }
  return finish(mix(SEED.object, sum), keys.length)
}

const double = new Float64Array(1)
const words = new DataView(double.buffer)

/** As canonical JSON has them, 0 and -0 are the same, and all that is not a number. */
function numberHash(number: number): number {
  if ((number | 0) === number) return finish(mix(SEED.integer, number), 1)
  if (Number.isNaN(number)) return literalHash(4)
  words.setFloat64(0, number)
  return finish(mix(mix(SEED.number, words.getInt32(0)), words.getInt32(4)), 2)
}

function literalHash(which: number): number {
  return finish(mix(SEED.literal, which), 1)
}

/** Longer keys are not cached, nor more of them: they may be anything. */
const KEY_CHARS_MAX = 32
const KEYS_MAX = 4_096

/** Hashes of keys. Fields and attributes have the same few. */
const known = new Map<string, number>()

function keyHash(key: string): number {
  const found = known.get(key)
  if (found !== undefined) return found
  const hash = textHash(key)
  if (key.length <= KEY_CHARS_MAX && known.size < KEYS_MAX) known.set(key, hash)
  return hash
}
