import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { pickPort } from '../../src/dev/stack/ports.ts'
import { gatewaySettings, runGateway, TOKEN } from '../support/gateway.ts'
import { installPlugin, startWorker } from '../support/inventree.ts'
import { pythonMissing } from '../support/python.ts'
import { readTopic } from '../support/read-topic.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'

const COUNT = 400
const missing = pythonMissing()

describe.skipIf(missing !== undefined)(
  `InvenTree's plugin${missing ? ` (no ${missing})` : ''}`,
  () => {
    it('delivers every event to Kafka and to a handler once, even if the gateway is killed', async () => {
      const installed = await installPlugin()
      onTestFinished(installed.remove)
      const spool = await mkdtemp(join(tmpdir(), 'spool-'))
      onTestFinished(() => rm(spool, { recursive: true, force: true }))
      const { plugin, seen } = recorder()
      const s = await situation({ registered: true, plugins: [plugin] })
      const gatewayHere = { ...gatewaySettings(s.topic), GATEWAY_PORT: `${await pickPort()}` }
      const gateway = await runGateway(gatewayHere)
      const worker = startWorker(installed, {
        settings: {
          GATEWAY_URL: gateway.url,
          GATEWAY_TOKEN: TOKEN,
          SPOOL_FOLDER: spool,
          BATCH_SIZE: 20,
        },
        events: Array.from({ length: COUNT }, (_, id) => [
          'stockitem.counted',
          { id, quantity: 1 },
        ]),
        pause_seconds: 0.01,
        ends: 'when sent',
      })
      const ended = once(worker, 'close')
      onTestFinished(() => void worker.kill('SIGKILL'))

      await until(() => hasTaken(gateway.httpUrl), { what: 'a first request to be accepted' })
      gateway.child.kill('SIGKILL')
      await gateway.ended
      const isSpooled = async () => (await readdir(join(spool, 'events'))).length > 0
      await until(isSpooled, { what: 'events that wait for the gateway' })
      await runGateway(gatewayHere)
      const [code] = await ended
      expect(code).toBe(0)

      const records = await readTopic(s.topic)
      const ids = new Set(records.map(({ headers }) => `${headers?.ce_id}`))
      const keys = new Set(records.map(({ key }) => `${key}`))
      expect([ids.size, keys.size]).toEqual([COUNT, COUNT])
      await s.start()
      await s.caughtUp()
      expect(new Set(seen.map(({ id }) => id))).toEqual(ids)
      expect(seen).toHaveLength(COUNT)
      expect(await s.letters()).toEqual([])
    }, 400_000)
  },
)

async function hasTaken(url: string): Promise<boolean> {
  const metrics = await (await fetch(`${url}/metrics`)).text()
  return /gateway_requests_total\{[^}]*status="202"[^}]*\} [1-9]/.test(metrics)
}
