import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import { loadContract } from '../../src/avro/own-kinds/load-contract.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import { startGateway } from '../../src/gateway/gateway.ts'
import { signed } from './sign.ts'
import { endpoints, until } from './stack.ts'
import { startCli } from './start-cli.ts'

export const OTHER_SECRET = 'another_of_the_test'
export const SECRET = 'whsec_of_the_test'
export const TOKEN = 'token-of-the-test'

/** The topic, schemas and settings of a gateway that writes to one topic. */
export function gatewaySettings(topic: string): Record<string, string> {
  return {
    KAFKA_BROKERS: endpoints().brokers,
    SCHEMA_REGISTRY_URL: endpoints().registryUrl,
    GATEWAY_PORT: '0',
    HTTP_PORT: '0',
    GATEWAY_SECRETS: `${OTHER_SECRET},${SECRET}`,
    GATEWAY_TOKEN: TOKEN,
    GATEWAY_INVENTORY_TOPIC: topic,
    GATEWAY_PLUGIN_TOPIC: topic,
  }
}

/** A gateway in this process. */
export async function openGateway(settings: Record<string, string>) {
  const required = ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL'] as const
  const lines: string[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })
  const config = loadConfig(settings, { required })
  const contract = loadContract(config.EVENT_SCHEMAS)
  const gateway = await startGateway({
    config,
    contract,
    log,
  })
  onTestFinished(async () => void (await gateway.stop()))
  const httpUrl = `http://127.0.0.1:${gateway.httpPort}`
  return { ...gateway, ...clientOf(gateway.port), httpUrl, log: () => lines.join('') }
}

/** Starts `inventory-events gateway` as a process of its own, and waits until it is ready. */
export async function runGateway(settings: Record<string, string>) {
  const { child, output, ended } = startCli(['gateway'], settings)
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const portsIn = () => /"port":(\d+),"httpPort":(\d+)/.exec(output.out) ?? undefined
  const [, port, httpPort] = await until(portsIn, { what: 'the gateway to tell its ports' })
  const httpUrl = `http://127.0.0.1:${httpPort}`
  return { ...clientOf(Number(port)), httpUrl, child, output, ended, port: Number(port) }
}

/** Sends requests as the senders of webhooks and plugin events do. */
export function clientOf(port: number) {
  const url = `http://127.0.0.1:${port}`
  const post = (path: string, body: string, headers: Record<string, string>) =>
    fetch(url + path, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    })
  const textOf = (body: unknown) => (typeof body === 'string' ? body : JSON.stringify(body))
  return {
    url,
    webhook(body: unknown, headers: Record<string, string> = {}) {
      const text = textOf(body)
      return post('/webhooks/inventory', text, { ...signed(SECRET, text), ...headers })
    },
    events: (body: unknown, headers: Record<string, string> = {}) =>
      post('/events', textOf(body), { authorization: `Bearer ${TOKEN}`, ...headers }),
  }
}
