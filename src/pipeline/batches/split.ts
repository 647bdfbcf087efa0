/** How the call of a piece of a batch ended. */
export type PieceResult<T> =
  /** Every item of the piece has its result. */
  | { type: 'ended' }
  /** Some have their results; the others, fewer than were called, are called again. */
  | { type: 'again'; rest: readonly T[] }
  /** The call failed, and no item has a result. */
  | { type: 'failed' }

export interface SplitPorts<T> {
  /** Those that may still be called, in order. The others have got their results. */
  ready(items: readonly T[]): readonly T[]
  call(items: readonly T[]): Promise<PieceResult<T>>
  /** Ends an item that failed alone. */
  fail(item: T): void
}

/**
 * Calls the items together. If that fails, it calls the first half and then the second half, and so on,
 * until what fails is one item. Items of n are called at most 2n - 1 times, and twice each for those
 * that are left out in between.
 */
export async function callSplitting<T>(items: readonly T[], ports: SplitPorts<T>): Promise<void> {
  const pieces = [items]
  for (let next = pieces.pop(); next !== undefined; next = pieces.pop()) {
    const piece = ports.ready(next)
    const [first] = piece
    if (first === undefined) continue
    const result = await ports.call(piece)
    if (result.type === 'again') pieces.push(result.rest)
    if (result.type !== 'failed') continue
    if (piece.length === 1) ports.fail(first)
    else pieces.push(piece.slice(half(piece)), piece.slice(0, half(piece)))
  }
}

function half({ length }: readonly unknown[]): number {
  return Math.ceil(length / 2)
}
