import type { StoredState } from './staged.ts'

/** The plugins' states in one partition, as texts. */
export class StateTable {
  #texts = new Map<string, string>()

  get size(): number {
    return this.#texts.size
  }

  get(plugin: string, key: Buffer): StoredState | undefined {
    const text = this.#texts.get(stateName(plugin, key))
    return text === undefined ? undefined : { text }
  }

  set(plugin: string, key: Buffer, text: string | null): void {
    this.load(stateName(plugin, key), text)
  }

  /** By the name that `stateName` gives. */
  load(name: string, text: string | null): void {
    if (text === null) this.#texts.delete(name)
    else this.#texts.set(name, text)
  }
}

/** Keys are bytes, and as latin1 each of them is one character. Slugs hold no NUL. */
export function stateName(plugin: string, key: Buffer): string {
  return `${plugin}\u0000${key.toString('latin1')}`
}
