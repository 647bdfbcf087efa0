export interface BatcherOptions<Request, Result> {
  /** Executes the requests and returns their results in the same order. */
  batch(requests: readonly Request[]): Promise<readonly Result[]>
  /** Maximum number of concurrent calls of `batch`. */
  callsMax: number
  /** Maximum number of requests per call. */
  batchMax: number
}

interface Waiting<Request, Result> {
  request: Request
  resolve(result: Result): void
  reject(error: unknown): void
}

/**
 * Batches single requests. Requests made in the same turn of the event loop are sent together at its
 * end; there is no delay to collect more. While `callsMax` calls are in flight, the next batch grows.
 * If a call fails, all of its requests fail.
 */
export class Batcher<Request, Result> {
  #options: BatcherOptions<Request, Result>
  #waiting: Waiting<Request, Result>[] = []
  #calls = 0
  #isScheduled = false
  #settled: (() => void)[] = []

  constructor(options: BatcherOptions<Request, Result>) {
    this.#options = options
  }

  load(request: Request): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject })
      this.#schedule()
    })
  }

  /** Resolves when no request is waiting or in flight. */
  async settled(): Promise<void> {
    if (this.#calls === 0 && this.#waiting.length === 0) return
    await new Promise<void>((resolve) => this.#settled.push(resolve))
  }

  #schedule(): void {
    if (this.#isScheduled || this.#calls >= this.#options.callsMax) return
    this.#isScheduled = true
    setImmediate(() => this.#send())
  }

  #send(): void {
    this.#isScheduled = false
    const { callsMax, batchMax } = this.#options
    while (this.#calls < callsMax && this.#waiting.length > 0) {
      this.#calls += 1
      void this.#call(this.#waiting.splice(0, batchMax)).then(() => this.#ended())
    }
  }

  async #call(batch: readonly Waiting<Request, Result>[]): Promise<void> {
    try {
      const results = await this.#options.batch(batch.map(({ request }) => request))
      for (const [n, { resolve }] of batch.entries()) resolve(results[n] as Result)
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }

  #ended(): void {
    this.#calls -= 1
    if (this.#waiting.length > 0) this.#schedule()
    else if (this.#calls === 0) for (const resolve of this.#settled.splice(0)) resolve()
  }
}
