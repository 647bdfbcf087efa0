import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { pickPort } from '../../src/dev/stack/ports.ts'
import { bash } from '../support/bash.ts'
import { REPO } from '../support/clone.ts'
import { blocks } from '../support/pages.ts'
import { readTopic } from '../support/read-topic.ts'
import { situation } from '../support/service-kit.ts'
import { endpoints } from '../support/stack.ts'

const TIMEOUT_MS = 300_000
const shown = blocks('docs/gateway.md')

it.skipIf(!hasOpenssl())(
  'the commands of docs/gateway.md work in order',
  async () => {
    const { topic } = await situation({ registered: true, plugins: [] })
    const [port, httpPort] = [String(await pickPort()), String(await pickPort())]
    const script = shown
      .filter(({ language }) => language === 'sh')
      .map(({ text }) => `${text}echo; echo "<end>"\n`)
      .join('')
      .replaceAll('localhost:8090', `127.0.0.1:${port}`)
      .replaceAll('localhost:8081', `127.0.0.1:${httpPort}`)
      .replace('HTTP_PORT=8081', `HTTP_PORT=${httpPort}`)
    const { code, output } = await run(`set -e\n${script}`, {
      KAFKA_BROKERS: endpoints().brokers,
      SCHEMA_REGISTRY_URL: endpoints().registryUrl,
      GATEWAY_PORT: port,
      GATEWAY_INVENTORY_TOPIC: topic,
      GATEWAY_PLUGIN_TOPIC: topic,
    })
    expect(output, 'exit 0').toSatisfy(() => code === 0)
    const printed = output.split('<end>\n')
    expect(printed[1]).toContain('{"ids":["evt_1"]}')
    expect(printed[2]).toContain('{"ids":["move-4711"]}')
    const document = shown.find(({ language }) => language === 'json')
    // The gateway's log line for the rejected request may follow the response on the same line.
    const response = printed[3]!
      .split(/\n|(?=\{"level")/)
      .find((part) => part.startsWith('{"type"'))
    expect(JSON.parse(response!)).toEqual(JSON.parse(document!.text))
    expect(printed[4]).toContain('"msg":"stopped"')
    const ids = (await readTopic(topic)).map(({ headers }) => `${headers?.ce_id}`)
    expect(ids.sort()).toEqual(['evt_1', 'move-4711'])
  },
  TIMEOUT_MS,
)

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Runs a script in the repository. Returns stdout and stderr together. */
function run(script: string, env: Record<string, string>) {
  return bash(script, {
    cwd: REPO,
    env: { ...process.env, ...env },
    timeoutMs: TIMEOUT_MS - 10_000,
  })
}
