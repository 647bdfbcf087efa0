import type { Recipient } from '../delivery.ts'
import type { Obstacle } from '../source.ts'

interface Share {
  usedBytes: number
  /** Resolves `cleared`; both are set while the source waits for room in this share. */
  waiting: (() => void) | undefined
  cleared: Promise<void> | undefined
}

/**
 * Bounds the bytes that deliveries keep in memory. Every plugin has an equal share, so that a plugin
 * that stalls fills only its own. A record larger than a share is accepted when the share is empty.
 * A full share accepts records again once half of it is free; otherwise the source would pause and
 * resume for every record.
 */
export class PluginByteBudget {
  readonly shareBytes: number
  #shares = new Map<string, Share>()

  constructor(totalBytes: number, plugins: string[]) {
    this.shareBytes = Math.floor(totalBytes / Math.max(1, plugins.length))
    for (const slug of plugins) {
      this.#shares.set(slug, { usedBytes: 0, waiting: undefined, cleared: undefined })
    }
  }

  /** The first full share among the recipients; undefined if a record of this size fits all. */
  obstacle(bytes: number, recipients: readonly Recipient[]): Obstacle | undefined {
    for (const {
      plugin: { slug },
    } of recipients) {
      const share = this.#share(slug)
      const fits = share.usedBytes === 0 || share.usedBytes + bytes <= this.shareBytes
      if (!fits) return { why: `plugin ${slug} has used its share`, cleared: cleared(share) }
    }
    return undefined
  }

  take(slug: string, bytes: number): void {
    this.#share(slug).usedBytes += bytes
  }

  give(slug: string, bytes: number): void {
    const share = this.#share(slug)
    share.usedBytes -= bytes
    if (share.waiting === undefined || share.usedBytes * 2 > this.shareBytes) return
    const resolve = share.waiting
    share.waiting = undefined
    share.cleared = undefined
    resolve()
  }

  #share(slug: string): Share {
    const share = this.#shares.get(slug)
    if (share === undefined) throw new Error(`no share for plugin ${slug}`)
    return share
  }
}

function cleared(share: Share): Promise<void> {
  share.cleared ??= new Promise((resolve) => {
    share.waiting = resolve
  })
  return share.cleared
}
