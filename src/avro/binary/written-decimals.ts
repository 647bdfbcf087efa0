const DECIMAL = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?$/
/** As in `decimals.ts`, which reads no longer ones. */
const DIGITS_MAX = 2_000
const BIG_SCALE_MAX = 1_000

/** The unscaled integer of a decimal with at most `scale` digits after the point. */
export function unscaledOf(text: string, scale: number): bigint | undefined {
  const parts = text.length <= DIGITS_MAX ? DECIMAL.exec(text) : null
  if (parts === null) return undefined
  const [, sign, whole, fraction = ''] = parts
  if (fraction.length > scale) return undefined
  return BigInt(`${sign}${whole}${fraction.padEnd(scale, '0')}`)
}

/** Whether the digits of an unscaled integer are at most `precision`. */
export function isWithin(unscaled: bigint, precision: number): boolean {
  return unscaled.toString().replace('-', '').length <= precision
}

/** Big-endian two's complement, in as few bytes as it takes or in `size`; undefined if it is longer. */
export function bytesOf(unscaled: bigint, size?: number): Buffer | undefined {
  const magnitude = unscaled < 0n ? -unscaled - 1n : unscaled
  const least = Math.floor(magnitude.toString(2).length / 8) + 1
  const length = size ?? least
  if (length < least) return undefined
  const hex = BigInt.asUintN(length * 8, unscaled).toString(16)
  return Buffer.from(hex.padStart(length * 2, '0'), 'hex')
}

/** The bytes of a `big-decimal`, which hold its scale: the number of digits after the point. */
export function bigDecimalOf(text: string): Buffer | undefined {
  const scale = /\.(\d+)$/.exec(text)?.[1]?.length ?? 0
  const unscaled = scale > BIG_SCALE_MAX ? undefined : unscaledOf(text, scale)
  if (unscaled === undefined) return undefined
  const bytes = bytesOf(unscaled) as Buffer
  return Buffer.concat([varint(bytes.length), bytes, varint(scale)])
}

/** An Avro int that is not negative. */
function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value * 2
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest & 0x7f) | 0x80)
  bytes.push(rest)
  return Buffer.from(bytes)
}
