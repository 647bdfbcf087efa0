import type { MarksLog } from '../../src/idempotency/kafka/marks-log-port.ts'

interface Entry {
  value: Buffer | null
  timestampMs: number
  outcomes?: Buffer
  formerGroup?: string
}

/** Marks topics in memory, which outlive the stores that use them, and can be made to fail. */
export function fakeMarksLog(now: () => number) {
  const entries = new Map<string, Entry[]>()
  const faults = { write: false, read: false }
  const writes: string[] = []
  const at = (topic: string, partition: number): Entry[] => {
    const name = `${topic}/${partition}`
    const present = entries.get(name) ?? []
    entries.set(name, present)
    return present
  }
  const log: MarksLog = {
    async write(topic, rows) {
      await Promise.resolve()
      writes.push(rows.map(({ partition }) => `${topic}/${partition}`).join())
      if (faults.write) throw new Error('not acknowledged')
      for (const { partition, value, outcomes } of rows) {
        at(topic, partition).push({ value, outcomes, timestampMs: now() })
      }
    },
    async read({ topic, partition, maxRecords, onRecord }) {
      await Promise.resolve()
      if (faults.read) throw new Error('no answer')
      const all = at(topic, partition)
      const read = all.slice(-maxRecords)
      for (const { value, timestampMs, outcomes, formerGroup } of read)
        onRecord(value, timestampMs, outcomes, formerGroup)
      return { skipped: all.length - read.length }
    },
    readStates: async () => {},
    close: async () => {},
  }
  return { log, at, faults, writes }
}
