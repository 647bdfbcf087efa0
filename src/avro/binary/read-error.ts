import { fieldPath } from '../../event/validation/problem.ts'
import { TooLarge } from './decode-limits.ts'

/** Why a value can't be read, and its path in the event. */
export class ReadError extends Error {
  readonly #why: string
  /** Innermost first. */
  readonly #segments: (string | number)[] = []

  constructor(why: string) {
    super(why)
    this.#why = why
  }

  within(segment: string | number): this {
    this.#segments.push(segment)
    this.message = `${pathOf(this.#segments)}: ${this.#why}`
    return this
  }
}

/** Adds a field name, map key or list index to the path of an error. */
export function errorWithin(segment: string | number, error: unknown): Error {
  if (error instanceof ReadError) return error.within(segment)
  if (error instanceof TooLarge) return error
  return new ReadError((error as Error).message).within(segment)
}

const SEGMENTS_SHOWN_MAX = 12

function pathOf(inwards: readonly (string | number)[]): string {
  const segments = inwards.slice(-SEGMENTS_SHOWN_MAX).reverse()
  const path = segments.reduce<string>(
    (parent, segment) =>
      typeof segment === 'number' ? `${parent}[${segment}]` : fieldPath(parent, segment),
    '',
  )
  return inwards.length > SEGMENTS_SHOWN_MAX ? `${path}…` : path
}
