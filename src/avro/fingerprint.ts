import { hash } from 'node:crypto'
import type { JsonValue } from '../event/json.ts'

/** 128 bits: enough to tell contents apart, short enough to keep by the million. */
const FINGERPRINT_CHARS = 22

/**
 * A short text that is the same for the same content: an honest producer's retry has it, whatever
 * its bytes look like. `asWritten` comes from `decodeAsWritten`, without missing optionals.
 */
export function fingerprint(asWritten: JsonValue): string {
  return hash('sha256', canonicalJson(asWritten), 'base64url').slice(0, FINGERPRINT_CHARS)
}

/** JSON text with sorted keys. */
export function canonicalJson(value: JsonValue): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`
  const members = Object.keys(value).sort()
  return `{${members.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key]!)}`).join()}}`
}
