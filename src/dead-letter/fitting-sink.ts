import type { DeadLetter, DeadLetterSink } from './dead-letter.ts'
import { stubOf } from './stub.ts'

export interface FittingSinkOptions {
  sink: DeadLetterSink
  /** Whether a write failed because the record is larger than its topic takes. */
  isTooLarge(error: unknown): boolean
  /** A dead letter was too large for its topic and was written as a stub. */
  onStub(deadLetter: DeadLetter, stub: DeadLetter): void
}

export interface FittingSink extends DeadLetterSink {
  /** Topics that refused their last dead letter although it was cut to a stub. */
  readonly tooSmall: readonly string[]
}

/** Writes a stub of a dead letter that is too large: it would block its partition for ever. */
export function createFittingSink({ sink, isTooLarge, onStub }: FittingSinkOptions): FittingSink {
  const tooSmall = new Set<string>()

  async function writeStub(deadLetter: DeadLetter): Promise<void> {
    const stub = stubOf(deadLetter)
    await sink.write(stub).catch((error) => {
      if (isTooLarge(error)) tooSmall.add(stub.topic)
      throw error
    })
    onStub(deadLetter, stub)
  }

  return {
    get tooSmall() {
      return [...tooSmall]
    },
    async write(deadLetter) {
      await sink.write(deadLetter).catch((error) => {
        if (!isTooLarge(error)) throw error
        return writeStub(deadLetter)
      })
      tooSmall.delete(deadLetter.topic)
    },
  }
}
