/** What a text's hash starts with; hashes of other values start with other numbers. */
const SEED = 1

/** A quick hash of 32 bits (MurmurHash3, over two UTF-16 units at a time). What it returns is stored. */
export function textHash(text: string): number {
  const { length } = text
  let hash = SEED
  let i = 0
  for (; i + 1 < length; i += 2) {
    hash = mix(hash, text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16))
  }
  if (i < length) hash = mix(hash, text.charCodeAt(i))
  return finish(hash, length)
}

/** Adds a word of 32 bits to a hash: other words, and other hashes, never become the same. */
export function mix(hash: number, word: number): number {
  const scrambled = Math.imul(word, 0xcc9e2d51)
  const mixed = hash ^ Math.imul((scrambled << 15) | (scrambled >>> 17), 0x1b873593)
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0
}

/** Spreads what was added over all bits. `length` distinguishes what had the same words. */
export function finish(hash: number, length: number): number {
  let mixed = hash ^ length
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
