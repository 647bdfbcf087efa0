import type { Delivery } from '../delivery.ts'
import type { Epoch } from '../source.ts'

/**
 * Double-entry books of deliveries. One side counts what was offered to the plugins' filters; the
 * other what became of it. What is neither ended nor still held somewhere was lost: a defect.
 */
export class DeliveryAudit {
  #offered = 0
  #ended = 0
  #bytes = 0
  #epochs = new Set<Epoch>()

  /** Bytes of the records that have deliveries to complete. */
  get inFlightBytes(): number {
    return this.#bytes
  }

  begin(epoch: Epoch): void {
    this.#epochs.add(epoch)
  }

  /** A record of this size was offered to some plugins, of which some want it. */
  offered(plugins: number, wanting: number, bytes: number): void {
    this.#offered += plugins
    this.#ended += plugins - wanting
    if (wanting > 0) this.#bytes += bytes
  }

  /** A delivery was completed or abandoned; its ledger has settled it. */
  ended(delivery: Delivery): void {
    const { open, bytes, epoch } = delivery.wanted
    this.#ended += 1
    if (open.outstanding === 0) this.#bytes -= bytes
    if (epoch.lost.aborted) this.forgetIfSettled(epoch)
  }

  /** A lost epoch stays in the books until the last of its handlers has ended. */
  forgetIfSettled(epoch: Epoch): void {
    if (epoch.ledger.outstanding === 0) this.#epochs.delete(epoch)
  }

  /**
   * 0 unless a delivery was lost or counted twice. `held` is what the lanes hold; the ledgers are
   * walked as well, so that a delivery forgotten by either is seen.
   */
  unaccounted(held: number): number {
    let outstanding = 0
    for (const epoch of this.#epochs) outstanding += epoch.ledger.outstanding
    return Math.abs(this.#offered - this.#ended - held) + Math.abs(outstanding - held)
  }
}
