import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { wasted } from '../support/events.ts'
import { gatewaySettings, OTHER_SECRET, runGateway, SECRET, TOKEN } from '../support/gateway.ts'
import { readTopic } from '../support/read-topic.ts'
import { runAlone, runCli } from '../support/run-cli.ts'
import { startSenders } from '../support/senders.ts'
import { situation } from '../support/service-kit.ts'
import { uniqueName, until } from '../support/stack.ts'

it('stops on SIGTERM during requests: exit 0, and every event with a 202 is in Kafka', async () => {
  const s = await situation({ registered: true, plugins: [] })
  const gateway = await runGateway(gatewaySettings(s.topic))
  const senders = startSenders(gateway.webhook, { count: 20 })
  const taken = () => senders.with(202).length
  await until(() => taken() >= 200, { what: '200 events to be accepted' })
  gateway.child.kill('SIGTERM')
  expect(await gateway.ended).toBe(0)
  await until(() => senders.with(0).length > 0, { what: 'the senders to notice that it is gone' })
  await senders.stop()

  expect(gateway.output.out).toContain('"msg":"stopped"')
  const found = new Set((await readTopic(s.topic)).map(({ headers }) => `${headers?.ce_id}`))
  expect(senders.with(202).filter((id) => !found.has(id))).toEqual([])
  const others = [...new Set(senders.statuses.values())].filter((each) => each !== 202)
  expect(others.filter((status) => ![0, 503].includes(status))).toEqual([])
})

it('prints no secrets, and reads them from files', async () => {
  const s = await situation({ registered: true, plugins: [] })
  const folder = await mkdtemp(join(tmpdir(), 'gateway-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const [secrets, token] = [join(folder, 'secrets'), join(folder, 'token')]
  await writeFile(secrets, `${OTHER_SECRET}\n${SECRET}\n`)
  await writeFile(token, `${TOKEN}\n`)
  const { GATEWAY_SECRETS: _, GATEWAY_TOKEN: __, ...settings } = gatewaySettings(s.topic)
  const files = { GATEWAY_SECRETS_FILE: secrets, GATEWAY_TOKEN_FILE: token, LOG_LEVEL: 'trace' }
  const gateway = await runGateway({ ...settings, ...files })
  expect((await gateway.webhook(wasted('ent_1'))).status).toBe(202)
  expect((await gateway.events({ event: 'a.b' })).status).toBe(202)
  expect((await gateway.events({ event: 'a.b' }, { authorization: 'Bearer x' })).status).toBe(401)
  await writeFile(secrets, OTHER_SECRET)
  await writeFile(token, OTHER_SECRET)
  const isRefused = async () => (await gateway.webhook(wasted('ent_1'))).status === 401
  await until(isRefused, { what: 'the secret that was taken out to be refused' })
  const authorization = `Bearer ${OTHER_SECRET}`
  const isAccepted = async () =>
    (await gateway.events({ event: 'a.b' }, { authorization })).status === 202
  await until(isAccepted, { what: 'the new token to be accepted' })
  expect((await gateway.events({ event: 'a.b' })).status).toBe(401)
  gateway.child.kill('SIGTERM')
  await gateway.ended
  const { stdout } = await runCli(['config'], { env: { ...settings, ...files } })
  for (const secret of [SECRET, TOKEN, OTHER_SECRET]) {
    expect(gateway.output.out + gateway.output.err + stdout).not.toContain(secret)
  }
})

it('does not start without secrets unless GATEWAY_ALLOW_UNSIGNED is true', async () => {
  const s = await situation({ registered: true, plugins: [] })
  const { GATEWAY_SECRETS: _, GATEWAY_TOKEN: __, ...settings } = gatewaySettings(s.topic)
  expect(await runAlone(['gateway'], { env: settings })).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/GATEWAY_SECRETS: required.*GATEWAY_ALLOW_UNSIGNED=true/s),
  })
  const gateway = await runGateway({ ...settings, GATEWAY_ALLOW_UNSIGNED: 'true' })
  expect(gateway.output.out).toContain('unsigned webhooks are accepted')
  expect(gateway.output.out).toContain('POST /events is disabled')
  const unsigned = { 'x-tracktile-signature': '' }
  expect((await gateway.webhook(wasted('ent_1'), unsigned)).status).toBe(202)
  expect((await gateway.events({ event: 'a.b' })).status).toBe(404)
})

it('does not start while a topic or a schema is missing, and names it', async () => {
  const missing = uniqueName('missing')
  const run = await runAlone(['gateway'], { env: gatewaySettings(missing) })
  expect(run).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`topic ${missing} does not exist`),
  })
})
