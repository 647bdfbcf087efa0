const SEED = 0x9747b28c
const M = 0x5bd1e995

/**
 * Kafka's 32-bit murmur2 of a buffer's first bytes, signed as in Java. kafkajs has one too, but it
 * multiplies a BigInt that grows with every word of the key, so its time grows with the square of the
 * key's length.
 */
export function murmur2(key: Buffer, length = key.length): number {
  const wholeWords = length & ~3
  let hash = SEED ^ length
  for (let at = 0; at < wholeWords; at += 4) {
    const word = Math.imul(key.readInt32LE(at), M)
    hash = Math.imul(hash, M) ^ Math.imul(word ^ (word >>> 24), M)
  }
  const rest = length - wholeWords
  if (rest > 0) hash = Math.imul(hash ^ key.readUIntLE(wholeWords, rest), M)
  hash = Math.imul(hash ^ (hash >>> 13), M)
  return hash ^ (hash >>> 15)
}

/** The partition, out of `width`, where Kafka's Java client puts the key. A text counts as UTF-8. */
export function partitionOfKey(key: Buffer | string, width: number): number {
  return (hashOf(key) & 0x7fffffff) % width
}

/** Almost all texts are short: they are written here, because each new buffer would take longer. */
const scratch = Buffer.allocUnsafeSlow(1_024)
const UTF8_BYTES_MAX = 3

function hashOf(key: Buffer | string): number {
  if (typeof key !== 'string') return murmur2(key)
  if (key.length * UTF8_BYTES_MAX > scratch.length) return murmur2(Buffer.from(key))
  return murmur2(scratch, scratch.write(key))
}
