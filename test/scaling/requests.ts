import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Group } from './group.ts'

/** What a replica asks of brokers in a second, by the protocol's name of the request. */
export interface Requests {
  when: string
  perSecond: Record<string, number>
}

export function requestsFileOf(pid: number): string {
  return `requests-${pid}.json`
}

/** Of the only replica of the group, for so long. */
export async function countRequestsOf(
  { folder, crew, signal }: Pick<Group, 'folder' | 'crew' | 'signal'>,
  when: string,
  seconds: number,
): Promise<Requests> {
  const read = async () => {
    const text = await readFile(join(folder, requestsFileOf(crew.replicas[0]!.pid)), 'utf8')
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
