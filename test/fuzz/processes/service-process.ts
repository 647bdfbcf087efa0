import { parseMetrics, type Sample } from '../../../src/dev/replicas/scrape.ts'
import { withTimeout } from '../../../src/util/with-timeout.ts'
import type { Call } from '../plugins/recorded.ts'
import { type ChildOptions, startChild } from './child.ts'
import type { FromService, Publish } from './protocol.ts'

export interface ServiceProcess {
  url: string
  gatewayUrl: string
  /** Every call of a handler since the start. */
  calls: Call[]
  /** Why it no longer runs; undefined while it does. */
  ended(): string | undefined
  /** Publishes through the publisher; resolves to the error, if any. */
  publish(events: readonly unknown[]): Promise<string | undefined>
  metrics(): Promise<{ samples: Sample[]; residentMb: number }>
  kill(): Promise<void>
}

const START_MS = 120_000
const PUBLISH_MS = 60_000
const METRICS_MS = 60_000
const MB = 1024 * 1024

export async function startServiceProcess(
  options: Omit<ChildOptions, 'script'>,
): Promise<ServiceProcess> {
  const child = startChild({ ...options, script: 'service.ts' })
  const calls: Call[] = []
  const ready = Promise.withResolvers<Extract<FromService, { type: 'ready' }>>()
  const publishing = new Map<number, (error: string | undefined) => void>()
  let failure: string | undefined
  child.process.on('message', (message: FromService) => {
    switch (message.type) {
      case 'ready':
        return ready.resolve(message)
      case 'call':
        return void calls.push(message.call)
      case 'published':
        publishing.get(message.id)?.(message.error)
        return void publishing.delete(message.id)
      case 'failed':
        failure = message.error
    }
  })
  const ended = () => failure ?? child.ended()
  child.process.on('exit', () => {
    ready.reject(new Error(`the service did not start: ${ended()}; see ${options.folder}`))
    for (const settle of publishing.values()) settle(`the process ended: ${ended()}`)
  })
  const { httpPort, gatewayPort } = await withTimeout(
    ready.promise,
    START_MS,
    () => new Error(`the service did not start in time; see ${options.folder}`),
  ).catch(async (error) => {
    await child.kill()
    throw error
  })
  const url = `http://127.0.0.1:${httpPort}`
  let next = 0

  return {
    url,
    gatewayUrl: `http://127.0.0.1:${gatewayPort}`,
    calls,
    ended,
    publish(events) {
      if (ended() !== undefined) return Promise.resolve(`the process ended: ${ended()}`)
      const id = next++
      const published = new Promise<string | undefined>((resolve) => publishing.set(id, resolve))
      child.process.send({ id, events: JSON.stringify(events) } satisfies Publish)
      return withTimeout(published, PUBLISH_MS, () => new Error('not published in time'))
    },
    async metrics() {
      const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(METRICS_MS) })
      const text = await response.text()
      const [, bytes] = /^process_resident_memory_bytes (\S+)$/m.exec(text) ?? []
      return { samples: parseMetrics(text), residentMb: Number(bytes) / MB }
    },
    kill: child.kill,
  }
}
