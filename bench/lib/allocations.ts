import { Session } from 'node:inspector/promises'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The allocations of one function, including Node's on its behalf and garbage. */
export interface Allocator {
  owner: Owner
  what: string
  bytes: number
}

export type Owner = 'ours' | 'kafkajs' | 'other packages' | 'bench' | 'node'

const INTERVAL_BYTES = 16_384
const ROOT = fileURLToPath(new URL('../../', import.meta.url))

interface Node {
  callFrame: { functionName: string; url: string; lineNumber: number }
  selfSize: number
  children: Node[]
}

/** Samples allocations until the returned function is called, which returns all allocators, largest first. */
export async function sampleAllocations(): Promise<() => Promise<Allocator[]>> {
  const session = new Session()
  session.connect()
  const kept = { includeObjectsCollectedByMajorGC: true, includeObjectsCollectedByMinorGC: true }
  await session.post('HeapProfiler.startSampling', { samplingInterval: INTERVAL_BYTES, ...kept })
  return async () => {
    const { profile } = await session.post('HeapProfiler.stopSampling')
    session.disconnect()
    const found = new Map<string, Allocator>()
    gather(profile.head as Node, { owner: 'node', what: '(root)' }, found)
    return [...found.values()].sort((one, other) => other.bytes - one.bytes)
  }
}

/** Allocations of Node's functions are attributed to their callers. */
function gather(
  { callFrame, selfSize, children }: Node,
  caller: Pick<Allocator, 'owner' | 'what'>,
  found: Map<string, Allocator>,
): void {
  const place = placeOf(callFrame.url)
  const owner = ownerOf(place)
  const name = `${callFrame.functionName || '(anonymous)'} ${place}:${callFrame.lineNumber + 1}`
  const self = owner === 'node' ? caller : { owner, what: name }
  const entry = found.get(self.what) ?? { ...self, bytes: 0 }
  entry.bytes += selfSize
  found.set(self.what, entry)
  for (const child of children) gather(child, self, found)
}

/** A path from the repository root; Node's modules keep their `node:`. */
export function placeOf(url: string): string {
  const path = url.startsWith('file:') ? fileURLToPath(url) : url
  return path.startsWith(ROOT) ? relative(ROOT, path) : path
}

function ownerOf(place: string): Owner {
  if (place.startsWith('src/')) return 'ours'
  if (place.startsWith('bench/')) return 'bench'
  if (place.startsWith('node_modules/kafkajs/')) return 'kafkajs'
  return place.includes('node_modules/') ? 'other packages' : 'node'
}
