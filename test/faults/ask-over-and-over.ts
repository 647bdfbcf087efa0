import { setTimeout as sleep } from 'node:timers/promises'
import type { Admin } from 'kafkajs'
import type { Cluster } from './cluster.ts'

/** Asks the brokers, and asks again, until the answered function is called. */
export async function pollUntil(
  { kafka }: Cluster,
  intervalMs: number,
  ask: (admin: Admin) => Promise<void>,
): Promise<() => Promise<void>> {
  const stopped = new AbortController()
  const admin = kafka.admin()
  await admin.connect()

  async function watch(): Promise<void> {
    while (!stopped.signal.aborted) {
      // A broker that is away does not answer.
      await ask(admin).catch(() => undefined)
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
