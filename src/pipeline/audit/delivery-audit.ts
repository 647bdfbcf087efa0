import type { Delivery } from '../delivery.ts'
import type { Epoch } from '../source.ts'

/**
 * Double-entry audit of deliveries: counts what was offered to the plugins' filters and what became
 * of it. A delivery that has neither ended nor is held in a lane was lost, which is a bug.
 */
export class DeliveryAudit {
  #offered = 0
  #ended = 0
  #bytes = 0
  #epochs = new Set<Epoch>()

  /** Bytes of the records that still have deliveries to complete. */
  get inFlightBytes(): number {
    return this.#bytes
  }

  begin(epoch: Epoch): void {
    this.#epochs.add(epoch)
  }

  /** A record of `bytes` was offered to `plugins` plugins, of which `wanting` want it. */
  offered(plugins: number, wanting: number, bytes: number): void {
    this.#offered += plugins
    this.#ended += plugins - wanting
    if (wanting > 0) this.#bytes += bytes
  }

  /** A delivery was completed or abandoned. Call it after the ledger has settled it. */
  ended(delivery: Delivery): void {
    const { open, bytes, epoch } = delivery.wanted
    this.#ended += 1
    if (open.outstanding === 0) this.#bytes -= bytes
    if (epoch.lost.aborted) this.forgetIfSettled(epoch)
  }

  /** A lost epoch is audited until the last of its handlers has ended. */
  forgetIfSettled(epoch: Epoch): void {
    if (epoch.ledger.outstanding === 0) this.#epochs.delete(epoch)
  }

  /**
   * 0 unless a delivery was lost or counted twice. `held` is the number of deliveries in the lanes. It
   * is compared with the offset ledgers too, so that a delivery missing from either is noticed.
   */
  unaccounted(held: number): number {
    let outstanding = 0
    for (const epoch of this.#epochs) outstanding += epoch.ledger.outstanding
    return Math.abs(this.#offered - this.#ended - held) + Math.abs(outstanding - held)
  }
}
