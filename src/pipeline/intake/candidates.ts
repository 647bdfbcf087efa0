import type { LoadedPlugin } from '../../plugin/loaded-plugin.ts'

/** Names come from producers, and nothing limits how many there are, or how long they are. */
const NAMES_MAX = 1_000
const NAME_LENGTH_MAX = 200

/**
 * Which of many plugins may want an event of some name. A list of names (`wants`) decides the same each
 * time, so its plugin is left out for names that it lacks; a function is called for every record.
 */
export class Candidates {
  readonly #plugins: readonly LoadedPlugin[]
  readonly #all: readonly number[]
  readonly #haveLists: boolean
  readonly #byName = new Map<string, readonly number[]>()

  constructor(plugins: readonly LoadedPlugin[]) {
    this.#plugins = plugins
    this.#all = plugins.map((_, i) => i)
    this.#haveLists = plugins.some(({ wants }) => wants !== undefined)
  }

  /** Their indices, ascending. */
  of(name: string): readonly number[] {
    if (!this.#haveLists) return this.#all
    return this.#byName.get(name) ?? this.#find(name)
  }

  #find(name: string): readonly number[] {
    const found = this.#all.filter((i) => mayWant(this.#plugins[i] as LoadedPlugin, name))
    if (name.length > NAME_LENGTH_MAX) return found
    if (this.#byName.size >= NAMES_MAX) this.#byName.clear()
    this.#byName.set(name, found)
    return found
  }
}

function mayWant({ wants, wantsProcessEvent }: LoadedPlugin, name: string): boolean {
  return wants === undefined || wantsProcessEvent?.(name) === true
}
