/** The output would be longer than the limit: perhaps a bomb. */
export class TooLarge extends Error {
  constructor(limitBytes: number) {
    super(`it is more than ${limitBytes} bytes when decompressed`)
  }
}

/** Throws where the input ends too soon. */
export function byteAt(input: Buffer, at: number): number {
  const byte = input[at]
  if (byte === undefined) throw new Error('it is cut off')
  return byte
}

/** Copies `count` bytes to `output` at `size`; answers where the input goes on. */
export function copyLiteral(
  input: Buffer,
  at: number,
  output: Buffer,
  size: number,
  count: number,
): number {
  const end = at + count
  if (end > input.length) throw new Error('it is cut off')
  if (size + count > output.length) throw new Error('it is longer than it may be')
  input.copy(output, size, at, end)
  return end
}

/** Repeats `count` bytes that begin `back` bytes before `size`; they may reach into themselves. */
export function repeat(output: Buffer, size: number, back: number, count: number): void {
  if (back === 0 || back > size) throw new Error('it repeats what is not there')
  if (size + count > output.length) throw new Error('it is longer than it may be')
  // A call costs more than it saves where there is little to copy.
  if (back >= count && count > 32) {
    output.copyWithin(size, size - back, size - back + count)
    return
  }
  for (let at = size; at < size + count; at += 1) output[at] = output[at - back] as number
}
