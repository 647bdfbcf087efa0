const SEED = 0x9747b28c
const M = 0x5bd1e995

/**
 * Kafka's 32-bit murmur2, signed as in Java. kafkajs has one too, but it multiplies a BigInt that
 * grows with every word of the key, so its time grows with the square of the key's length.
 */
export function murmur2(key: Buffer): number {
  const wholeWords = key.length & ~3
  let hash = SEED ^ key.length
  for (let at = 0; at < wholeWords; at += 4) {
    const word = Math.imul(key.readInt32LE(at), M)
    hash = Math.imul(hash, M) ^ Math.imul(word ^ (word >>> 24), M)
  }
  const rest = key.length - wholeWords
  if (rest > 0) hash = Math.imul(hash ^ key.readUIntLE(wholeWords, rest), M)
  hash = Math.imul(hash ^ (hash >>> 13), M)
  return hash ^ (hash >>> 15)
}

/** The partition, out of `width`, where Kafka's Java client puts the key. A text counts as UTF-8. */
export function partitionOfKey(key: Buffer | string, width: number): number {
  const bytes = typeof key === 'string' ? Buffer.from(key) : key
  return (murmur2(bytes) & 0x7fffffff) % width
}
