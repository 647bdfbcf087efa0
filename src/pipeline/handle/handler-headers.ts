import type { RecordHeaders } from '../../event/headers.ts'
import type { ReadonlyHeaders } from '../../plugin/plugin.ts'

/**
 * A record's headers as a handler sees them: a copy, so that it may keep them without the bytes of the
 * whole fetch, and each value is copied again, so that it can't write to what is read next.
 */
export class HandlerHeaders implements ReadonlyHeaders {
  readonly #all: readonly [name: string, value: Buffer | null][]

  constructor(headers: RecordHeaders) {
    this.#all = [...headers].map(({ name, value }) => [name.toString(), copyOf(value)])
  }

  get(name: string): string | undefined {
    return this.#last(name)?.toString()
  }

  getBytes(name: string): Buffer | null | undefined {
    const value = this.#last(name)
    return value === undefined ? undefined : copyOf(value)
  }

  *[Symbol.iterator](): Generator<[name: string, value: Buffer | null]> {
    for (const [name, value] of this.#all) yield [name, copyOf(value)]
  }

  #last(name: string): Buffer | null | undefined {
    return this.#all.findLast(([each]) => each === name)?.[1]
  }
}

function copyOf(value: Buffer | string | null): Buffer | null {
  return value === null ? null : Buffer.from(value as string)
}
