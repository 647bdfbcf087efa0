import { hash } from 'node:crypto'
import type { JsonValue } from '../../event/json.ts'
import { sortedMembers } from './key-order.ts'

/** 22 base64url characters hold 132 bits: no collisions in practice, small enough to keep millions. */
const FINGERPRINT_CHARS = 22

/** Text that needs no escaping in JSON. Anything else goes through JSON.stringify. */
const PLAIN = /^[ !#-[\]-~]*$/

/**
 * A short hash of an event's content. A producer's retry has the same fingerprint even if its bytes
 * differ. `asWritten` is the result of `decodeAsWritten`, in which null optionals are missing.
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
  let text = '{'
  for (const { key, prefix } of sortedMembers(object)) {
    text += prefix + canonicalJson(object[key] as JsonValue)
  }
  return `${text}}`
}

function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text)
}
