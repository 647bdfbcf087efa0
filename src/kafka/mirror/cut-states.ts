import type { Kafka } from 'kafkajs'
import { withLogReader } from '../reader/with-log-reader.ts'
import { openLogWriter } from '../state/log-writer.ts'
import { type Cut, readPart } from './cut.ts'

/**
 * Gives the states that changed behind a cut the values that they had before it: appended, so that they
 * count. Those that had none are cleared. Returns how many there are of each. Doing it again does no harm.
 */
export async function cutStates(
  kafka: Kafka,
  cut: Cut,
): Promise<{ restored: number; cleared: number }> {
  const { topic, partition, low, at, end } = cut
  const before = new Map<string, Buffer | null>()
  if (at === end) return { restored: 0, cleared: 0 }
  await withLogReader(kafka, [topic], async (reader) => {
    await readPart(reader, cut, { from: at, to: end }, ({ key }) => {
      if (key !== null) before.set(key.toString('latin1'), null)
    })
    await readPart(reader, cut, { from: low, to: at }, ({ key, value }) => {
      const name = key?.toString('latin1')
      if (name === undefined || !before.has(name)) return
      before.set(name, value === null ? null : Buffer.from(value))
    })
  })
  const writer = await openLogWriter(kafka, topic)
  try {
    for (const [name, value] of before) {
      await writer.add({ key: Buffer.from(name, 'latin1'), value, partition })
    }
    await writer.send()
  } finally {
    await writer.close()
  }
  const cleared = [...before.values()].filter((value) => value === null).length
  return { restored: before.size - cleared, cleared }
}
