import { hash } from 'node:crypto'
import type { JsonValue } from '../../event/json.ts'
import { sortedMembers } from './key-order.ts'

/** 128 bits: enough to tell contents apart, short enough to keep by the million. */
const FINGERPRINT_CHARS = 22

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
  let text = '{'
  for (const { key, prefix } of sortedMembers(object)) {
    text += prefix + canonicalJson(object[key] as JsonValue)
  }
  return `${text}}`
}

function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text)
}
