import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'

/** What handlers threw, by the offsets of their records. A delivery's report only describes it. */
export class NotedErrors {
  #byOffset = new Map<number, unknown>()

  /** The plugin; what its handler throws is noted. */
  watch(plugin: LoadedPlugin): LoadedPlugin {
    const { processEvent, batch } = plugin
    const note = (offset: number, error: unknown): never => {
      this.#byOffset.set(offset, error)
      throw error
    }
    const watched = <T>(offset: number, call: () => T): T => {
      this.#byOffset.delete(offset)
      try {
        const result = call()
        if (!(result instanceof Promise)) return result
        return result.catch((error) => note(offset, error)) as T
      } catch (error) {
        return note(offset, error)
      }
    }
    return {
      ...plugin,
      batch: batch && {
        ...batch,
        processEvents(events, context) {
          const [first, ...others] = events
          const call = () => batch.processEvents(events, context)
          // What a batch throws is no event's own.
          if (first === undefined || others.length > 0) return call()
          return watched(context.of(first).record.offset, call)
        },
      },
      processEvent: (event, context) =>
        watched(context.record.offset, () => processEvent(event, context)),
    }
  }

  /** The part of a delivery's report; nothing unless its last call threw. */
  reportOf(offset: number): { thrown?: unknown } {
    return this.#byOffset.has(offset) ? { thrown: this.#byOffset.get(offset) } : {}
  }
}
