/** Far less than what brokers take within the time limit of a transaction. */
const BYTES_MAX = 33_554_432
const DELIVERIES_MAX = 65_536
/** From this part of the limits on, the next commit is not waited for. */
const LARGE = 0.5

/** What is staged of all partitions, which one transaction has to hold. */
export class StagedTotal {
  readonly #onLarge: () => void
  #deliveries = 0
  #bytes = 0

  constructor(onLarge: () => void) {
    this.#onLarge = onLarge
  }

  get deliveries(): number {
    return this.#deliveries
  }

  get isFull(): boolean {
    return this.#deliveries >= DELIVERIES_MAX || this.#bytes >= BYTES_MAX
  }

  add(deliveries: number, bytes: number): void {
    this.#deliveries += deliveries
    this.#bytes += bytes
    const isLarge = this.#deliveries >= DELIVERIES_MAX * LARGE || this.#bytes >= BYTES_MAX * LARGE
    if (isLarge && deliveries > 0) this.#onLarge()
  }
}
