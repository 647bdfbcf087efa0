import type { MaybePromise } from '../../util/maybe-promise.ts'

/** The sender to use: when it is worn out, another one is opened, once for all who ask meanwhile. */
export class CurrentSender<Sender extends { readonly isWornOut: boolean }> {
  readonly #open: () => Promise<Sender>
  #sender: Sender
  #opening: Promise<Sender> | undefined

  constructor(sender: Sender, open: () => Promise<Sender>) {
    this.#sender = sender
    this.#open = open
  }

  /** The one that was opened last, worn out or not. */
  get last(): Sender {
    return this.#sender
  }

  /** Rejects as opening does. With two of them, records of one partition could overtake each other. */
  fresh(): MaybePromise<Sender> {
    if (!this.#sender.isWornOut) return this.#sender
    this.#opening ??= this.#renew().finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  async #renew(): Promise<Sender> {
    this.#sender = await this.#open()
    return this.#sender
  }
}
