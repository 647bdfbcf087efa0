import { setTimeout as sleep } from 'node:timers/promises'
import type { Admin } from 'kafkajs'
import type { Cluster } from './cluster.ts'

/** Repeats a request to the brokers until the returned function is called. */
export async function pollUntil(
  { kafka }: Cluster,
  intervalMs: number,
  request: (admin: Admin) => Promise<void>,
): Promise<() => Promise<void>> {
  const stopped = new AbortController()
  const admin = kafka.admin()
  await admin.connect()

  async function watch(): Promise<void> {
    while (!stopped.signal.aborted) {
      // A broker may be down.
      await request(admin).catch(() => undefined)
      await sleep(intervalMs, undefined, { signal: stopped.signal }).catch(() => undefined)
    }
  }

  const watching = watch()
  return async function stop() {
    stopped.abort()
    await watching
    await admin.disconnect().catch(() => undefined)
  }
}
