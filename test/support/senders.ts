import { wasted } from './events.ts'

/** Sends a request and returns its status. */
export type Send = (body: unknown) => Promise<{ status: number }>

/**
 * Several senders that each send one event after the other, every one with an id of its own, until
 * they are stopped. They record the status of each, or 0 if there was no response.
 */
export function startSenders(send: Send, { count }: { count: number }) {
  const statuses = new Map<string, number>()
  let isOn = true
  let next = 0

  async function run(): Promise<void> {
    while (isOn) {
      const id = `sent-${next++}`
      const status = await send(wasted(`ent_${next % 20}`, id)).then(
        (response) => response.status,
        () => 0,
      )
      statuses.set(id, status)
      // A failed connection returns immediately, so yield to other senders.
      if (status === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  const running = Promise.all(Array.from({ length: count }, run))
  return {
    statuses,
    with: (status: number) => [...statuses].filter(([, each]) => each === status).map(([id]) => id),
    async stop() {
      isOn = false
      await running
    },
  }
}
