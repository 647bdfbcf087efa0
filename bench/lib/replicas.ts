import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Kafka } from 'kafkajs'
import type { ReplicaJob } from '../contenders/replica.ts'
import { untilJoined } from './group.ts'

const FILE = fileURLToPath(new URL('../contenders/replica.ts', import.meta.url))
const STOP_MS = 60_000

export interface Replicas {
  /** The number of events handled by all of them so far. */
  handled(): number
  stop(): Promise<void>
}

/** Starts replicas and waits until all are in the group. */
export async function startReplicas(
  kafka: Kafka,
  job: ReplicaJob,
  count: number,
): Promise<Replicas> {
  const counts = new Map<ChildProcess, number>()
  for (let n = 0; n < count; n++) {
    const child = fork(FILE, [JSON.stringify(job)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    counts.set(child, 0)
    child.on('message', (handled) => counts.set(child, Number(handled)))
  }
  const stop = () => stopAll([...counts.keys()])
  try {
    await untilJoined(kafka, job.groupId, count)
  } catch (error) {
    await stop()
    throw error
  }
  return { handled: () => [...counts.values()].reduce((sum, each) => sum + each, 0), stop }
}

async function stopAll(children: readonly ChildProcess[]): Promise<void> {
  await Promise.all(
    children.map(async (child) => {
      if (child.exitCode !== null) return
      const ended = once(child, 'exit')
      if (child.connected) child.send('stop')
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
      await ended
      clearTimeout(timer)
    }),
  )
}
