import { messageOf } from '../../util/errors.ts'

/** Steps to undo at the end, whether the run succeeds, fails or is interrupted. */
export class Cleanup {
  #steps: { what: string; step: () => Promise<unknown> }[] = []
  #say: (message: string) => void

  constructor(say: (message: string) => void) {
    this.#say = say
  }

  add(what: string, step: () => Promise<unknown>): void {
    this.#steps.push({ what, step })
  }

  /** Runs the steps in reverse order. A failing step is logged and does not stop the others. */
  async run(): Promise<void> {
    for (let next = this.#steps.pop(); next !== undefined; next = this.#steps.pop()) {
      await next.step().catch((error) => this.#say(`could not ${next?.what}: ${messageOf(error)}`))
    }
  }
}
