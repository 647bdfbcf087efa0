import type { SeenReplica } from '../../status/status-table.ts'

interface Sample {
  atMs: number
  /** The next offset to read, by partition. */
  expected: Map<string, number>
}

const OVER_MS = 60_000
/** Where nobody looked for longer, the past says nothing of now. */
const GAP_MS = 90_000
const MINUTE_MS = 60_000

/** How many records are read per minute, from where the owners of partitions stand, whoever they are. */
export class ReadRate {
  /** Of the last minute, oldest first. */
  #samples: Sample[] = []

  /** Of the last minute; null until it has been looked at twice. */
  take(atMs: number, replicas: readonly SeenReplica[]): number | null {
    const last = this.#samples.at(-1)
    if (last !== undefined && atMs - last.atMs > GAP_MS) this.#samples = []
    const sample = { atMs, expected: expectedOf(replicas) }
    this.#samples.push(sample)
    while (atMs - this.#samples[0]!.atMs > OVER_MS) this.#samples.shift()
    const [first] = this.#samples
    if (first === undefined || first === sample) return null
    return (advanceOf(first, sample) * MINUTE_MS) / (atMs - first.atMs)
  }
}

function expectedOf(replicas: readonly SeenReplica[]): Map<string, number> {
  const expected = new Map<string, number>()
  for (const { state, status } of replicas) {
    if (state !== 'reporting') continue
    for (const { topic, partition, expected: next } of status?.partitions ?? []) {
      const place = `${topic}/${partition}`
      expected.set(place, Math.max(next, expected.get(place) ?? 0))
    }
  }
  return expected
}

/** A partition that is read again from before counts for nothing, one that appeared has no past. */
function advanceOf(first: Sample, last: Sample): number {
  let advance = 0
  for (const [place, next] of last.expected) {
    advance += Math.max(0, next - (first.expected.get(place) ?? next))
  }
  return advance
}
