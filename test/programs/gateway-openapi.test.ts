import { describe, expect, it } from 'vitest'
import { gatewaySettings, openGateway, TOKEN } from '../support/gateway.ts'
import { pythonMissing, runSchemathesis } from '../support/python.ts'
import { scrape, situation, total } from '../support/service-kit.ts'

const missing = pythonMissing()
const RUN_MS = 280_000

describe.skipIf(missing !== undefined)(
  `the OpenAPI document${missing ? ` (no ${missing})` : ''}`,
  () => {
    it("agrees with the gateway's behaviour for hundreds of valid and invalid requests", async () => {
      const s = await situation({ registered: true, plugins: [] })
      const { GATEWAY_SECRETS: _, ...settings } = gatewaySettings(s.topic)
      const { url, httpPort } = await openGateway({
        ...settings,
        GATEWAY_ALLOW_UNSIGNED: 'true',
        GATEWAY_MAX_EVENTS: '3',
      })
      const limits = ['--max-examples', '10', '--seed', '1', '--continue-on-failure']
      const args = [`${url}/openapi.json`, '-H', `Authorization: Bearer ${TOKEN}`, ...limits]
      const { isGood, output } = await runSchemathesis([...args, '--no-color'], RUN_MS)
      expect(output).toMatch(/No issues found/)
      expect(isGood).toBe(true)
      const metrics = await scrape(httpPort)
      expect(total(metrics, 'gateway_requests_total{status="202"}')).toBeGreaterThan(100)
      expect(total(metrics, 'gateway_requests_total{status="422"}')).toBeGreaterThan(100)
    }, 600_000)
  },
)
