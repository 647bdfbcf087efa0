import { openCluster } from '../../src/kafka/client/client.ts'
import { transactionsEnded } from '../../src/kafka/reader/transactions-ended.ts'
import { withLogReader } from '../../src/kafka/reader/with-log-reader.ts'
import { systemClock } from '../../src/util/clock.ts'
import type { Database } from './postgres.ts'
import { serviceClient } from './stack.ts'

const LIMIT_MS = 60_000

/**
 * The committed states of a plugin by record key, as a reader of the state topic finds them. What was
 * committed can be read a moment later, longer on a busy machine, and is waited for unless `whileOpen` says
 * that a transaction stays open.
 */
export async function readStates(
  topic: string,
  partitions: number,
  plugin: string,
  { whileOpen = false } = {},
): Promise<Map<string, { version: number; value: unknown }>> {
  if (!whileOpen) await untilReadable(topic, partitions)
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

async function untilReadable(topic: string, partitions: number): Promise<void> {
  const cluster = openCluster(serviceClient(), systemClock)
  try {
    await cluster.want([topic])
    const places = Array.from({ length: partitions }, (_, partition) => ({ topic, partition }))
    const lost = AbortSignal.timeout(LIMIT_MS)
    await transactionsEnded(places, lost, { cluster, clock: systemClock })
  } finally {
    cluster.close()
  }
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
