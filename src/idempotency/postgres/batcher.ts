export interface BatcherOptions<Asked, Answer> {
  /** Does what was asked for, and answers in the same order. */
  batch(asked: readonly Asked[]): Promise<readonly Answer[]>
  /** Calls of `together` that may be out at once. */
  callsMax: number
  /** What one call is given at most. */
  batchMax: number
}

interface Waiting<Asked, Answer> {
  asked: Asked
  answer(answer: Answer): void
  fail(error: unknown): void
}

/**
 * Does many at a time what is asked for one by one. What is asked for in one turn of the event loop
 * goes together, at the end of it: nobody waits for more to come. Only while as many calls are out
 * as may be does the next batch grow. A call that fails fails all that were in it.
 */
export class Batcher<Asked, Answer> {
  #options: BatcherOptions<Asked, Answer>
  #waiting: Waiting<Asked, Answer>[] = []
  #calls = 0
  #isPlanned = false
  #settled: (() => void)[] = []

  constructor(options: BatcherOptions<Asked, Answer>) {
    this.#options = options
  }

  load(asked: Asked): Promise<Answer> {
    return new Promise((answer, fail) => {
      this.#waiting.push({ asked, answer, fail })
      this.#plan()
    })
  }

  /** Resolves when all that was asked for is answered. */
  async settled(): Promise<void> {
    if (this.#calls === 0 && this.#waiting.length === 0) return
    await new Promise<void>((resolve) => this.#settled.push(resolve))
  }

  #plan(): void {
    if (this.#isPlanned || this.#calls >= this.#options.callsMax) return
    this.#isPlanned = true
    setImmediate(() => this.#send())
  }

  #send(): void {
    this.#isPlanned = false
    const { callsMax, batchMax } = this.#options
    while (this.#calls < callsMax && this.#waiting.length > 0) {
      this.#calls += 1
      void this.#call(this.#waiting.splice(0, batchMax)).then(() => this.#ended())
    }
  }

  async #call(batch: readonly Waiting<Asked, Answer>[]): Promise<void> {
    try {
      const answers = await this.#options.batch(batch.map(({ asked }) => asked))
      for (const [n, { answer }] of batch.entries()) answer(answers[n] as Answer)
    } catch (error) {
      for (const { fail } of batch) fail(error)
    }
  }

  #ended(): void {
    this.#calls -= 1
    if (this.#waiting.length > 0) this.#plan()
    else if (this.#calls === 0) for (const resolve of this.#settled.splice(0)) resolve()
  }
}
