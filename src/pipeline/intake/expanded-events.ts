import type { Content, WantedRecord } from '../delivery.ts'

/** The byte budget counts records as they arrived; up to this factor it stands for their events too. */
const USUAL_FACTOR = 8

/**
 * Bounds the memory of events that take far more than the records they were decoded from, such as
 * lists of nulls. Such an event is held only during the turns of its deliveries and decoded again for
 * a retry, so waiting deliveries hold none. A turn starts while less than `maxBytes` are held; an
 * event itself may take as much again.
 */
export class ExpandedEvents {
  readonly #maxBytes: number
  readonly #turns = new Map<WantedRecord, number>()
  #bytes = 0
  #freed: PromiseWithResolvers<void> | undefined

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Resolves when there is room to decode the record; undefined if it need not wait. */
  roomFor(wanted: WantedRecord): Promise<void> | undefined {
    if (this.#bytes < this.#maxBytes || isDecoded(wanted.content)) return undefined
    this.#freed ??= Promise.withResolvers<void>()
    return this.#freed.promise
  }

  /** Whether the content takes so much that it must be released at the end of the turn. */
  hold(wanted: WantedRecord, content: Content): boolean {
    if (content.type !== 'event' || content.bytes <= wanted.bytes * USUAL_FACTOR) return false
    const turns = this.#turns.get(wanted) ?? 0
    if (turns === 0) this.#bytes += content.bytes
    this.#turns.set(wanted, turns + 1)
    return true
  }

  release(wanted: WantedRecord): void {
    const turns = (this.#turns.get(wanted) ?? 0) - 1
    if (turns > 0) {
      this.#turns.set(wanted, turns)
      return
    }
    this.#turns.delete(wanted)
    const { content } = wanted
    if (content?.type !== 'event') return
    this.#bytes -= content.bytes
    const { id, hash, fingerprint } = content
    wanted.content = { type: 'released', id, hash, fingerprint }
    if (this.#bytes >= this.#maxBytes) return
    this.#freed?.resolve()
    this.#freed = undefined
  }
}

function isDecoded(content: WantedRecord['content']): boolean {
  return content !== undefined && content.type !== 'released'
}
