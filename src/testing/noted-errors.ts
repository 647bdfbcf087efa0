import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'

/** What handlers threw, by the offsets of their records. A delivery's report only describes it. */
export class NotedErrors {
  #byOffset = new Map<number, unknown>()

  /** The plugin; what its handler throws is noted. */
  watch(plugin: LoadedPlugin): LoadedPlugin {
    const { processEvent } = plugin
    const note = (offset: number, error: unknown): never => {
      this.#byOffset.set(offset, error)
      throw error
    }
    return {
      ...plugin,
      processEvent: (event, context) => {
        const { offset } = context.record
        this.#byOffset.delete(offset)
        try {
          const result = processEvent(event, context)
          return result instanceof Promise ? result.catch((error) => note(offset, error)) : result
        } catch (error) {
          return note(offset, error)
        }
      },
    }
  }

  /** The part of a delivery's report; nothing unless its last call threw. */
  reportOf(offset: number): { thrown?: unknown } {
    return this.#byOffset.has(offset) ? { thrown: this.#byOffset.get(offset) } : {}
  }
}
