import type { Wanting } from '../delivery.ts'
import type { Obstacle } from '../source.ts'

interface Share {
  usedBytes: number
  waiting: (() => void) | undefined
  cleared: Promise<void> | undefined
}

/**
 * Bounds the bytes that deliveries keep in memory. Every plugin has an equal share, so one that
 * stalls fills its own and leaves the others theirs. A record larger than a share is let in alone.
 * A full share has room again when half of it is free: waiting for one slot at a time would make
 * the source stop and go for every record.
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

  /** What keeps a record of this size from those who want it, if anything does. */
  obstacle(bytes: number, wanting: readonly Wanting[]): Obstacle | undefined {
    for (const {
      plugin: { slug },
    } of wanting) {
      const share = this.#share(slug)
      const fits = share.usedBytes === 0 || share.usedBytes + bytes <= this.shareBytes
      if (!fits) return { why: `plugin ${slug} has its share in flight`, cleared: cleared(share) }
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
