import { Session } from 'node:inspector/promises'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What one function allocated itself, garbage included. */
export interface Allocator {
  who: Owner
  what: string
  bytes: number
}

export type Owner = 'ours' | 'kafkajs' | 'other packages' | 'node' | 'bench'

const INTERVAL_BYTES = 32_768
const ROOT = fileURLToPath(new URL('../../', import.meta.url))

interface Node {
  callFrame: { functionName: string; url: string; lineNumber: number }
  selfSize: number
  children: Node[]
}

/** Samples allocations until the answer is called, which tells every allocator, the largest first. */
export async function sampleAllocations(): Promise<() => Promise<Allocator[]>> {
  const session = new Session()
  session.connect()
  const kept = { includeObjectsCollectedByMajorGC: true, includeObjectsCollectedByMinorGC: true }
  await session.post('HeapProfiler.startSampling', { samplingInterval: INTERVAL_BYTES, ...kept })
  return async () => {
    const { profile } = await session.post('HeapProfiler.stopSampling')
    session.disconnect()
    const bytes = new Map<string, Allocator>()
    gather(profile.head as Node, bytes)
    return [...bytes.values()].sort((one, other) => other.bytes - one.bytes)
  }
}

function gather({ callFrame, selfSize, children }: Node, found: Map<string, Allocator>): void {
  const { functionName, url, lineNumber } = callFrame
  const where = placeOf(url)
  const what = `${functionName || '(anonymous)'} ${where}${where && `:${lineNumber + 1}`}`.trim()
  const entry = found.get(what) ?? { who: ownerOf(where), what, bytes: 0 }
  entry.bytes += selfSize
  found.set(what, entry)
  for (const child of children) gather(child, found)
}

/** A path from the root; Node's own keep their `node:`. */
export function placeOf(url: string): string {
  const path = url.startsWith('file:') ? fileURLToPath(url) : url
  return path.startsWith(ROOT) ? relative(ROOT, path) : path
}

export function ownerOf(place: string): Owner {
  if (place.startsWith('src/')) return 'ours'
  if (place.startsWith('bench/')) return 'bench'
  if (place.startsWith('node_modules/kafkajs/')) return 'kafkajs'
  return place.includes('node_modules/') ? 'other packages' : 'node'
}
