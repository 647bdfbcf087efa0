import { withLogReader } from '../../src/kafka/reader/with-log-reader.ts'
import type { Database } from './postgres.ts'
import { serviceClient } from './stack.ts'

const LIMIT_MS = 60_000

/** The committed states of a plugin by record key, as a reader of the state topic finds them. */
export async function readStates(
  topic: string,
  partitions: number,
  plugin: string,
): Promise<Map<string, { version: number; value: unknown }>> {
  const states = new Map<string, { version: number; value: unknown }>()
  await withLogReader(serviceClient(), [topic], async (reader) => {
    const lost = AbortSignal.timeout(LIMIT_MS)
    for (let partition = 0; partition < partitions; partition += 1) {
      await reader.read({
        topic,
        partition,
        lost,
        onRecord({ key, value }) {
          const [slug, entity] = `${key}`.split('\u0000')
          if (slug !== plugin) return
          if (value === null) states.delete(entity!)
          else states.set(entity!, JSON.parse(value.toString()))
        },
      })
    }
  })
  return states
}

/** The same, as the rows of a database have them. */
export async function readRows(
  query: Database['query'],
  plugin: string,
): Promise<Map<string, { version: number; value: unknown }>> {
  const rows = await query<{ key: Buffer; text: string }>(
    'select key, text from inventory_events_states where plugin = $1 and text is not null',
    [plugin],
  )
  return new Map(rows.map(({ key, text }) => [key.toString(), JSON.parse(text)]))
}
