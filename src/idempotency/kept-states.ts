/** What a plugin remembers of an entity, as it is stored. */
export interface KeptState {
  plugin: string
  /** The input topic. */
  topic: string
  /** The record's key; a digest of it if the store can't hold it. */
  key: Buffer
  text: string
  /** When it was stored, in milliseconds since the epoch. */
  atMs: number
}

/** What is absent may be anything. */
export interface StateQuery {
  plugin?: string
  key?: Buffer
  topic?: string
  /** Of the input topic. A hint: stores that know no partitions ignore it. */
  partition?: number
}

/** Reads what plugins remember beside the service, and makes them forget it. Rejects when `signal` aborts. */
export interface KeptStates {
  /** One after the other. Returns the slugs of all plugins that were seen meanwhile. */
  read(
    query: StateQuery,
    onState: (state: KeptState) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<ReadonlySet<string>>
  /** The entities start again from `initial`. Returns how many states there were. */
  reset(query: { plugin: string; key?: Buffer }, signal: AbortSignal): Promise<number>
  close(): Promise<void>
}

/** The version and the value of a stored state; undefined if this version of the service can't read it. */
export function readState({ text }: Pick<KeptState, 'text'>) {
  try {
    const { version, value } = JSON.parse(text) as { version: unknown; value: unknown }
    return typeof version === 'number' && value !== undefined ? { version, value } : undefined
  } catch {
    return undefined
  }
}
