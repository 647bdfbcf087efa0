import { createHash } from 'node:crypto'

/** The contract's limit of keys. Other producers' may be longer. */
const KEY_BYTES_MAX = 1_024

/** Postgres cannot index long keys: such a key is replaced by its digest. */
export function storedKey(key: Buffer): Buffer {
  if (key.length <= KEY_BYTES_MAX) return key
  return Buffer.from(`sha256:${createHash('sha256').update(key).digest('hex')}`)
}
