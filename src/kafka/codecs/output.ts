/** The output would exceed the limit: a decompression bomb, perhaps. */
export class TooLarge extends Error {
  constructor(limitBytes: number) {
    super(`the decompressed size exceeds ${limitBytes} bytes`)
  }
}

/** Throws if the input ends before `at`. */
export function byteAt(input: Buffer, at: number): number {
  const byte = input[at]
  if (byte === undefined) throw new Error('the input is truncated')
  return byte
}

/** Copies `count` bytes to `output` at `size`; returns the position after them in `input`. */
export function copyLiteral(
  input: Buffer,
  at: number,
  output: Buffer,
  size: number,
  count: number,
): number {
  const end = at + count
  if (end > input.length) throw new Error('the input is truncated')
  if (size + count > output.length) throw new Error('the output is larger than its limit')
  input.copy(output, size, at, end)
  return end
}

/**
 * Copies `count` bytes from `back` bytes before `size` to `size`; source and target may overlap.
 */
export function repeat(output: Buffer, size: number, back: number, count: number): void {
  if (back === 0 || back > size) throw new Error('a copy refers to bytes before the output')
  if (size + count > output.length) throw new Error('the output is larger than its limit')
  // For short copies the call costs more than it saves.
  if (back >= count && count > 32) {
    output.copyWithin(size, size - back, size - back + count)
    return
  }
  for (let at = size; at < size + count; at += 1) output[at] = output[at - back] as number
}
