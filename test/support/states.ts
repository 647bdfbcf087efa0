import { openCluster } from '../../src/kafka/client/client.ts'
import { LogReader } from '../../src/kafka/reader/log-reader.ts'
import { transactionsEnded } from '../../src/kafka/reader/transactions-ended.ts'
import { systemClock as clock } from '../../src/util/clock.ts'
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
  const states = new Map<string, { version: number; value: unknown }>()
  const cluster = openCluster(serviceClient(), clock)
  const reader = new LogReader({ cluster, clock, topics: [topic] })
  const places = Array.from({ length: partitions }, (_, partition) => ({ topic, partition }))
  const lost = AbortSignal.timeout(LIMIT_MS)
  try {
    await reader.start()
    if (!whileOpen) await transactionsEnded(places, lost, { cluster, clock })
    for (const place of places) {
      await reader.read({
        ...place,
        lost,
        onRecord({ key, value }) {
          const [slug, entity] = `${key}`.split('\u0000')
          if (slug !== plugin) return
          if (value === null) states.delete(entity!)
          else states.set(entity!, JSON.parse(value.toString()))
        },
      })
    }
  } finally {
    reader.close()
  }
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
