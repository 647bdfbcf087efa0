import { randomUUID } from 'node:crypto'
import { pickPort } from '../../src/dev/stack/ports.ts'
import { wasted } from '../support/events.ts'
import { clientOf, gatewaySettings } from '../support/gateway.ts'
import { situation } from '../support/service-kit.ts'
import { startReplica } from './replica.ts'

const SEND_EVERY_MS = 200
const ANSWER_MS = 15_000

/** A gateway with its own topic, and a sender of webhooks that can send wrong signatures. */
export async function startHooks() {
  const { topic } = await situation({ registered: true, plugins: [] })
  const [port, httpPort] = [await pickPort(), await pickPort()]
  const settings = { ...gatewaySettings(topic), GATEWAY_PORT: `${port}` }
  const gateway = startReplica('gateway', settings, httpPort)
  const client = clientOf(port)
  let isOver = false
  let isForgetful = false
  let sending: Promise<void> | undefined

  async function run(): Promise<void> {
    for (let n = 0; !isOver; n++) {
      const unsigned: Record<string, string> = { 'x-tracktile-signature': 't=0,v1=00' }
      // Prometheus sees the status of the response; an unavailable gateway is retried.
      await Promise.race([
        send(wasted(`ent_${n % 10}`, randomUUID()), isForgetful && n % 2 === 0 ? unsigned : {}),
        sleep(ANSWER_MS),
      ])
      await sleep(SEND_EVERY_MS)
    }
  }

  async function send(event: object, headers: Record<string, string>): Promise<void> {
    const response = await client.webhook(event, headers).catch(() => undefined)
    await response?.arrayBuffer()
  }

  return {
    address: gateway.address,
    async isReady(): Promise<void> {
      await gateway.isReady()
      sending = run()
    },
    /** Makes every other signature wrong, or stops doing so. */
    forget(wrongly: boolean): void {
      isForgetful = wrongly
    },
    async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
      isOver = true
      await gateway.end(signal)
      await sending
    },
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
