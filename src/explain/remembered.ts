import { timestampText } from '../event/time/timestamp.ts'
import { type KeptState, type KeptStates, readState } from '../idempotency/kept-states.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import type { Remembered } from './explanation.ts'
import type { KnownRecord } from './record.ts'

/** What a plugin remembers of a record's entity; null if it has no state, or the record no key. */
export type RememberedOf = (record: KnownRecord, plugin: LoadedPlugin) => Remembered | null

/** Loads what plugins remember of the entities of records, each entity once. */
export async function loadRemembered(
  open: () => Promise<Pick<KeptStates, 'read' | 'close'>>,
  records: readonly KnownRecord[],
  plugins: readonly LoadedPlugin[],
  signal: AbortSignal,
): Promise<RememberedOf> {
  const hasState = plugins.some(({ state }) => state !== undefined)
  const keyed = new Map(
    records.flatMap((each) => (each.record.key === null ? [] : [[entityOf(each), each] as const])),
  )
  const found = new Map<string, KeptState[]>()
  if (hasState && keyed.size > 0) {
    const states = await open()
    try {
      for (const [entity, { record }] of keyed) {
        const { topic, partition } = record
        const kept: KeptState[] = []
        const query = { topic, partition, key: record.key! }
        await states.read(query, (state) => void kept.push(state), signal)
        found.set(entity, kept)
      }
    } finally {
      await states.close()
    }
  }
  return (record, { slug, state }) => {
    if (state === undefined || record.record.key === null) return null
    return rememberedIn(found.get(entityOf(record))?.find(({ plugin }) => plugin === slug))
  }
}

function rememberedIn(state: KeptState | undefined): Remembered {
  if (state === undefined) return { type: 'nothing' }
  const at = timestampText(state.atMs)
  const read = readState(state)
  return read === undefined ? { type: 'unreadable', at } : { type: 'state', ...read, at }
}

function entityOf({ record: { topic, partition, key } }: KnownRecord): string {
  return `${topic}/${partition}/${key?.toString('latin1')}`
}
