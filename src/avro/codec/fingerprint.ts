import { createHash, type Hash, hash } from 'node:crypto'
import type { JsonObject, JsonValue } from '../../event/json.ts'
import { sortedMembers } from './key-order.ts'

/** 22 base64url characters hold 132 bits: no collisions in practice, small enough to keep millions. */
const FINGERPRINT_CHARS = 22

/** Text that needs no escaping in JSON. Anything else goes through JSON.stringify. */
const PLAIN = /^[ !#-[\]-~]*$/

/** A long text is hashed in parts: it would take many times the memory of the event. */
const PART_CHARS = 64 * 1024

/**
 * A short hash of an event's content. A producer's retry has the same fingerprint even if its bytes
 * differ. `asWritten` is the result of `decodeAsWritten`, in which null optionals are missing.
 */
export function fingerprint(asWritten: JsonValue): string {
  const hashed = new HashedText()
  write(asWritten, hashed)
  return hashed.digest().slice(0, FINGERPRINT_CHARS)
}

/** JSON text with sorted keys. */
export function canonicalJson(value: JsonValue): string {
  const target = { text: '', flush() {} }
  write(value, target)
  return target.text
}

/** Where canonical JSON goes, bit by bit. */
interface Target {
  text: string
  flush(): void
}

class HashedText implements Target {
  text = ''
  #hash: Hash | undefined

  flush(): void {
    this.#hash = (this.#hash ?? createHash('sha256')).update(this.text)
    this.text = ''
  }

  digest(): string {
    if (this.#hash === undefined) return hash('sha256', this.text, 'base64url')
    return this.#hash.update(this.text).digest('base64url')
  }
}

function write(value: JsonValue, target: Target): void {
  if (typeof value === 'string') target.text += quoted(value)
  else if (typeof value !== 'object' || value === null) target.text += String(value)
  else if (Array.isArray(value)) writeArray(value, target)
  else writeObject(value as JsonObject, target)
  if (target.text.length > PART_CHARS) target.flush()
}

function writeArray(items: readonly JsonValue[], target: Target): void {
  target.text += '['
  for (let i = 0; i < items.length; i++) {
    if (i > 0) target.text += ','
    write(items[i] as JsonValue, target)
  }
  target.text += ']'
}

function writeObject(object: JsonObject, target: Target): void {
  target.text += '{'
  for (const { key, prefix } of sortedMembers(object)) {
    target.text += prefix
    write(object[key] as JsonValue, target)
  }
  target.text += '}'
}

function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text)
}
