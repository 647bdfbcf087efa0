import { hash } from 'node:crypto'
import type { JsonValue } from '../event/json.ts'

/** 128 bits: enough to tell contents apart, short enough to keep by the million. */
const FINGERPRINT_CHARS = 22

const FEW_KEYS = 16

/** What JSON puts between quotes as it is. Anything else is left to JSON.stringify. */
const PLAIN = /^[ !#-[\]-~]*$/

/**
 * A short text that is the same for the same content: an honest producer's retry has it, whatever
 * its bytes look like. `asWritten` comes from `decodeAsWritten`, without missing optionals.
 */
export function fingerprint(asWritten: JsonValue): string {
  return hash('sha256', canonicalJson(asWritten), 'base64url').slice(0, FINGERPRINT_CHARS)
}

/** JSON text with sorted keys. */
export function canonicalJson(value: JsonValue): string {
  if (typeof value === 'string') return quoted(value)
  if (typeof value !== 'object' || value === null) return String(value)
  return Array.isArray(value) ? arrayText(value) : objectText(value)
}

function arrayText(items: readonly JsonValue[]): string {
  let text = ''
  for (const item of items) text += `${text && ','}${canonicalJson(item)}`
  return `[${text}]`
}

function objectText(object: { readonly [key: string]: JsonValue }): string {
  let text = ''
  for (const key of sorted(Object.keys(object))) {
    text += `${text && ','}${quoted(key)}:${canonicalJson(object[key]!)}`
  }
  return `{${text}}`
}

/** By insertion, which is quick for the few keys that most objects have. */
function sorted(keys: string[]): string[] {
  if (keys.length > FEW_KEYS) return keys.sort()
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i] as string
    let j = i
    for (; j > 0 && (keys[j - 1] as string) > key; j--) keys[j] = keys[j - 1] as string
    keys[j] = key
  }
  return keys
}

function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text)
}
