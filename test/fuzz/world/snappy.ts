const LITERAL_MAX = 2 ** 16

/** Snappy's format without any compression: literals only, as a poor but valid encoder writes them. */
export function compressSnappy(input: Buffer): Buffer {
  const parts: Buffer[] = [varint(input.length)]
  for (let at = 0; at < input.length; at += LITERAL_MAX) {
    const literal = input.subarray(at, at + LITERAL_MAX)
    // The tag of a literal whose length, less one, follows in two bytes.
    const tag = Buffer.from([61 << 2, 0, 0])
    tag.writeUInt16LE(literal.length - 1, 1)
    parts.push(tag, literal)
  }
  return Buffer.concat(parts)
}

function varint(number: number): Buffer {
  const bytes: number[] = []
  let rest = number
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80)
  return Buffer.from([...bytes, rest])
}
