import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Group } from './group.ts'

/** Requests per second of a replica to brokers, by the name in the protocol. */
export interface Requests {
  when: string
  perSecond: Record<string, number>
}

export function requestsFileOf(pid: number): string {
  return `requests-${pid}.json`
}

/** Counts the requests of the group's only replica for this many seconds. */
export async function countRequestsOf(
  { folder, replicaSet, signal }: Pick<Group, 'folder' | 'replicaSet' | 'signal'>,
  when: string,
  seconds: number,
): Promise<Requests> {
  const read = async () => {
    const text = await readFile(join(folder, requestsFileOf(replicaSet.replicas[0]!.pid)), 'utf8')
    return { counts: JSON.parse(text) as Record<string, number>, atMs: performance.now() }
  }
  const before = await read()
  await sleep(seconds * 1_000, undefined, { signal })
  const after = await read()
  const passedSeconds = (after.atMs - before.atMs) / 1_000
  const all = Object.entries(after.counts).map(([name, count]) => {
    return [name, (count - (before.counts[name] ?? 0)) / passedSeconds] as const
  })
  return { when, perSecond: Object.fromEntries(all.filter(([, rate]) => rate > 0)) }
}
