import type { CompletedOutcome } from '../../event/outcome.ts'
import { Failure } from '../../util/failure/failure.ts'
import type { Recipient } from '../delivery.ts'
import type { Obstacle } from '../source.ts'

interface Share {
  usedBytes: number
  /** Set while the source waits for room in this share. */
  cleared: PromiseWithResolvers<void> | undefined
}

/**
 * Bounds the bytes that deliveries keep in memory. Every plugin has an equal share, so that a plugin
 * that stalls fills only its own. A record larger than a share is accepted when the share is empty.
 * A full share accepts records again once half of it is free; otherwise the source would pause and
 * resume for every record.
 */
export class PluginByteBudget {
  readonly shareBytes: number
  readonly #totalBytes: number
  #shares = new Map<string, Share>()

  constructor(totalBytes: number, plugins: string[]) {
    this.#totalBytes = totalBytes
    this.shareBytes = Math.floor(totalBytes / Math.max(1, plugins.length))
    for (const slug of plugins) {
      this.#shares.set(slug, { usedBytes: 0, cleared: undefined })
    }
  }

  /** The outcome of a record larger than the whole budget; undefined if it is not. */
  tooLarge(bytes: number): CompletedOutcome | undefined {
    if (bytes <= this.#totalBytes) return undefined
    const why = `the record's ${bytes} bytes exceed MAX_IN_FLIGHT_BYTES (${this.#totalBytes})`
    return { type: 'dead-lettered', reason: 'too-large', error: new Failure(why) }
  }

  /** The first full share among the recipients; undefined if a record of this size fits all. */
  obstacle(bytes: number, recipients: readonly Recipient[]): Obstacle | undefined {
    for (const {
      plugin: { slug },
    } of recipients) {
      const share = this.#share(slug)
      const fits = share.usedBytes === 0 || share.usedBytes + bytes <= this.shareBytes
      if (fits) continue
      share.cleared ??= Promise.withResolvers<void>()
      return { why: `plugin ${slug} has used its share`, cleared: share.cleared.promise }
    }
    return undefined
  }

  take(slug: string, bytes: number): void {
    this.#share(slug).usedBytes += bytes
  }

  give(slug: string, bytes: number): void {
    const share = this.#share(slug)
    share.usedBytes -= bytes
    if (share.usedBytes * 2 > this.shareBytes) return
    share.cleared?.resolve()
    share.cleared = undefined
  }

  #share(slug: string): Share {
    const share = this.#shares.get(slug)
    if (share === undefined) throw new Error(`no share for plugin ${slug}`)
    return share
  }
}
