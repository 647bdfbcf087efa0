/** Larger numbers have no use, and take long to convert to digits. */
const BYTES_MAX = 1_024
const SCALE_MAX = 1_000

/** The exact digits of a decimal; a number would round them. */
export function decimalText(unscaled: Uint8Array, scale: number): string {
  if (unscaled.length > BYTES_MAX) throw new Error(`a decimal of ${unscaled.length} bytes`)
  const value = integerOf(unscaled)
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0')
  const point = digits.length - scale
  const fraction = scale === 0 ? '' : `.${digits.slice(point)}`
  return `${value < 0n ? '-' : ''}${digits.slice(0, point)}${fraction}`
}

/** A `big-decimal` contains its scale: Avro-encoded bytes, then an Avro-encoded int. */
export function bigDecimalText(bytes: Buffer): string {
  const length = varint(bytes, 0)
  const end = length.end + length.value
  const scale = varint(bytes, end)
  const isWhole = length.value >= 0 && scale.end === bytes.length
  if (!isWhole || Math.abs(scale.value) > SCALE_MAX) throw new Error('a big-decimal of other bytes')
  const unscaled = bytes.subarray(length.end, end)
  if (scale.value >= 0) return decimalText(unscaled, scale.value)
  return (BigInt(decimalText(unscaled, 0)) * 10n ** BigInt(-scale.value)).toString()
}

/** Big-endian two's complement. */
function integerOf(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`))
}

/** Reads an Avro int and returns its end. Bytes past the end count as zero. */
function varint(bytes: Buffer, start: number): { value: number; end: number } {
  let end = start
  let value = 0
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = bytes[end++] ?? 0
    value += (byte & 0x7f) * 2 ** shift
    if (byte < 0x80) break
  }
  return { value: value % 2 === 0 ? value / 2 : -(value + 1) / 2, end }
}
