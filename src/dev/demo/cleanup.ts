import { messageOf } from '../../util/errors.ts'

/** What has to be taken back at the end, however the end comes about. */
export class Cleanup {
  #steps: { what: string; step: () => Promise<unknown> }[] = []
  #say: (message: string) => void

  constructor(say: (message: string) => void) {
    this.#say = say
  }

  add(what: string, step: () => Promise<unknown>): void {
    this.#steps.push({ what, step })
  }

  /** Takes back everything, the last first. A step that fails is told and does not hold up the others. */
  async run(): Promise<void> {
    for (let next = this.#steps.pop(); next !== undefined; next = this.#steps.pop()) {
      await next.step().catch((error) => this.#say(`could not ${next?.what}: ${messageOf(error)}`))
    }
  }
}
