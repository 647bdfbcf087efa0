const BITS_32 = 2 ** 32

/** A signed 64-bit number, exact up to 2^53, without the BigInt that Node's own method makes. */
export function longAt(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * BITS_32 + bytes.readUInt32BE(at + 4)
}
