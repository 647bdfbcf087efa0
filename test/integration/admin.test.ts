import { expect, it } from 'vitest'
import type { Explanation } from '../../src/explain/explanation.ts'
import type { AdminState } from '../../src/observe/admin-state.ts'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { reject } from '../../src/plugin/returns/returns.ts'
import { moved } from '../support/events.ts'
import { rotatedFile } from '../support/rotated-file.ts'
import { runCli } from '../support/run-cli.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'

const TOKEN = 'a-token-of-the-test'

const plugins: Plugin[] = [
  { slug: 'takes', processEvent() {} },
  { slug: 'strict', processEvent: () => reject('not in the catalogue') },
  { slug: 'resting', processEvent() {} },
  { slug: 'fresh', startFrom: 'now', processEvent() {} },
]

it('shows the state of the service and explains an event, given the token', async () => {
  const file = rotatedFile(TOKEN)
  const s = await situation({ plugins, store: 'kafka:', settings: { ADMIN_TOKEN_FILE: file.path } })
  const env = s.settings as Record<string, string>
  const paused = await runCli(['plugins', 'pause', 'resting'], { env })
  expect(paused.code, paused.stderr).toBe(0)
  await s.publish([moved('crate-1', 0, 'm1')])
  const service = await s.start()
  const get = (path: string, token = TOKEN) =>
    fetch(`http://127.0.0.1:${service.httpPort}/admin/${path}`, {
      headers: { authorization: `Bearer ${token}` },
    })

  const state = await until(
    async () => {
      const now = (await (await get('state')).json()) as AdminState
      const resting = now.plugins.find(({ plugin }) => plugin === 'resting')
      const isLeft = resting?.oldest?.state === 'paused' && now.inFlight.deliveries === 1
      return isLeft ? now : undefined
    },
    { what: 'only the paused plugin to have work left' },
  )
  expect(state.plugins).toMatchObject([
    { plugin: 'takes', state: 'enabled', deliveries: 0, oldest: null },
    { plugin: 'strict', state: 'enabled', deliveries: 0, oldest: null },
    {
      plugin: 'resting',
      state: 'paused',
      breaker: 'closed',
      deliveries: 1,
      lanes: { queued: 0, running: 0, waiting: 1 },
      oldest: { record: expect.stringContaining(`${s.topic}/`), attempts: 0 },
    },
    { plugin: 'fresh', deliveries: 0 },
    { plugin: '*', deliveries: 0 },
  ])
  // Partitions of the input and of its redrive topic.
  expect(state.partitions).toHaveLength(6)
  const busy = state.partitions.find(({ oldestUnsettled }) => oldestUnsettled !== null)
  expect(busy).toMatchObject({ topic: s.topic, expected: 1, watermark: 0, parked: null })
  expect(JSON.stringify(state)).not.toMatch(/crate-1|Cold Storage/)

  // Marks are written shortly after the handlers have ended.
  const found = await until(
    async () => {
      const answer = await get('events/m1?entity=crate-1&from=1h')
      const explanation = (await answer.json()) as Explanation
      const noted = explanation.records[0]?.plugins.map(({ completion }) => completion.type)
      return answer.status === 200 && noted?.filter((type) => type === 'completed').length === 2
        ? explanation
        : undefined
    },
    { what: 'the event to be recorded as completed by two plugins' },
  )
  const [record, ...others] = found.records
  expect(others).toEqual([])
  expect(record?.plugins.map(({ plugin, summary }) => [plugin, summary])).toEqual([
    ['takes', expect.stringMatching(/^processed at /)],
    ['strict', 'dead-lettered: rejected'],
    ['resting', expect.stringMatching(/paused|no committed offset/)],
    [
      'fresh',
      expect.stringMatching(/^will be skipped: below the plugin's start of \S+ by startFrom: /),
    ],
  ])
  const fresh = record?.plugins.find(({ plugin }) => plugin === 'fresh')
  expect(fresh?.passedBy).toMatchObject({ first: 1, by: 'startFrom', why: 'new to the group' })

  expect((await get('events/m9')).status).toBe(404)
  for (const path of ['state', 'events/m1']) {
    expect((await get(path, 'another')).status).toBe(401)
  }
  file.put('another-token-of-the-test')
  const isReplaced = async () => (await get('state', 'another-token-of-the-test')).status === 200
  await until(isReplaced, { what: 'the new token to be accepted' })
  expect((await get('state')).status).toBe(401)
  expect(JSON.stringify(service.log)).not.toContain(TOKEN)
})

it('has no admin routes without ADMIN_TOKEN', async () => {
  const s = await situation({ plugins })
  const { httpPort } = await s.start()
  const answer = await fetch(`http://127.0.0.1:${httpPort}/admin/state`)
  expect(answer.status).toBe(404)
})
