import { expect, it } from 'vitest'
import type { Explanation } from '../../src/explain/explanation.ts'
import { definePlugin } from '../../src/plugin/define-plugin.ts'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { auditOf } from '../support/audit.ts'
import { pluginEvent } from '../support/events.ts'
import { database } from '../support/postgres.ts'
import { runCli } from '../support/run-cli.ts'
import { pluginPath } from '../support/serve.ts'
import { situation } from '../support/service-kit.ts'

const STORES = ['kafka', 'postgres'] as const
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)

/** Remembers how many events an entity had. */
const counting = definePlugin({
  slug: 'counting',
  state: { version: 3, initial: () => ({ count: 0 }) },
  processEvent(_, { state }) {
    state.set(({ count }) => ({ count: count + 1 }))
  },
})

const quiet: Plugin = { ...counting, slug: 'quiet', processEvent() {} }

async function scene(store: (typeof STORES)[number]) {
  const { url } = await database()
  const s = await situation({
    plugins: [counting, quiet],
    partitions: 2,
    store: 'kafka:',
    settings: store === 'postgres' ? { IDEMPOTENCY_STORE: url } : {},
  })
  const env = { ...s.settings, PLUGINS: pluginPath('plugins/counting') }
  const cli = (...args: string[]) => runCli(['state', ...args], { env })
  const explain = (id: string) => runCli(['explain', id, '--json'], { env })
  const move = (id: string) => s.publish([pluginEvent('stockitem.moved', { id })])
  return { ...s, cli, explain, move }
}

it.each(STORES)(
  'lists, gets, exports and resets what a plugin remembers: store %s',
  {
    timeout: 240_000,
  },
  async (store) => {
    const { start, caughtUp, publish, cli, explain, move, topic, groupId } = await scene(store)
    const first = await start()
    const early = pluginEvent('stockitem.moved', { id: 'one' })
    await publish([early])
    await move('one')
    await move('two')
    await move('\u001b[31m')
    await caughtUp()

    const ofOne = {
      ...{ plugin: 'counting', topic, entity: 'stockitem:one', time: TIME },
      ...{ version: 3, value: { count: 2 } },
    }
    const got = await cli('get', 'counting', 'stockitem:one', '--json')
    expect(JSON.parse(got.stdout)).toEqual([ofOne])
    const explained = JSON.parse((await explain(early.id)).stdout) as Explanation
    expect(explained.records[0]?.plugins[0]?.remembers).toEqual({
      type: 'state',
      version: 3,
      value: { count: 2 },
      at: TIME,
    })
    const text = (await cli('get', 'counting', 'stockitem:one')).stdout
    expect(text.split('\n')).toEqual([
      `stockitem:one of ${topic}`,
      expect.stringMatching(/^ {2}time {5}2/),
      '  version  3',
      '  value    {"count":2}',
      '',
    ])
    const table = (await cli('list', 'counting')).stdout.trimEnd().split('\n')
    expect(table).toHaveLength(4)
    expect(table[0]).toMatch(/^ENTITY +TOPIC +TIME +VERSION +VALUE$/)
    expect(table.join()).not.toContain('\u001b')
    const limited = await cli('list', 'counting', '--limit', '1', '--json')
    expect(JSON.parse(limited.stdout)).toHaveLength(1)
    expect(limited.stderr).toBe('2 more: raise --limit, or use "state export"\n')
    const lines = (await cli('export', 'counting')).stdout.trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toContainEqual(ofOne)
    expect(lines).toHaveLength(3)

    const dry = await cli('reset', 'counting', 'stockitem:one')
    expect(dry.stdout).toContain(
      '  value    {"count":2}\ncounting: remembers 1 state of stockitem:one',
    )
    if (store === 'kafka') {
      const refused = await cli('reset', 'counting', 'stockitem:one', '--yes')
      expect(refused.code).toBe(1)
      expect(refused.stderr).toContain(`group ${groupId} has 1 member`)
      expect(refused.stderr).toContain('so none may run during a reset; stop them first')
      await first.stop()
    }
    const why = ['--by', 'ana', '--why', 'counted anew']
    const one = await cli('reset', 'counting', 'stockitem:one', '--yes', ...why)
    expect(one).toMatchObject({ code: 0, stdout: 'counting: forgot 1 state of stockitem:one\n' })
    expect((await cli('get', 'counting', 'stockitem:one')).code).toBe(1)
    const did = { action: 'state reset', what: ['counting stockitem:one'], by: 'ana' }
    expect(await auditOf(groupId)).toMatchObject([
      { ...did, phase: 'begun', why: 'counted anew' },
      { ...did, phase: 'done' },
    ])
    if (store === 'kafka') await start()
    await move('one')
    await move('two')
    await caughtUp()
    const counts = async () => {
      const { stdout } = await cli('export', 'counting')
      const found = stdout.split('\n').filter((line) => line !== '')
      return new Map(found.map((line) => JSON.parse(line)).map((each) => [each.entity, each.value]))
    }
    const after = await counts()
    expect(after.get('stockitem:one')).toEqual({ count: 1 })
    expect(after.get('stockitem:two')).toEqual({ count: 2 })
  },
)

it.each(STORES)(
  'forgets all that one plugin remembers, and nothing of others: store %s',
  {
    timeout: 240_000,
  },
  async (store) => {
    const { start, caughtUp, cli, move } = await scene(store)
    const other: Plugin = { ...counting, slug: 'other' }
    const running = await start({}, [counting, other])
    for (const id of ['one', 'two', 'three']) await move(id)
    await caughtUp()
    await running.stop()
    expect((await cli('reset', 'counting')).stdout).toBe(
      'counting: remembers 3 states\nDry run. Add --yes to reset.\n',
    )
    expect((await cli('reset', 'counting', '--yes')).stdout).toBe('counting: forgot 3 states\n')
    expect(await cli('list', 'counting')).toMatchObject({
      code: 0,
      stderr: 'plugin counting remembers nothing\n',
    })
    expect((await cli('export', 'other')).stdout.trimEnd().split('\n')).toHaveLength(3)
  },
)

it('says what is wrong', { timeout: 120_000 }, async () => {
  const { start, caughtUp, cli, move, settings } = await scene('kafka')
  const running = await start()
  await move('one')
  await caughtUp()
  await running.stop()
  expect(await cli('get', 'countin', 'stockitem:one')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(
      'no plugin countin remembers anything in this group: did you mean counting?',
    ),
  })
  expect(await cli('reset', 'countin', '--yes')).toMatchObject({ code: 1 })
  expect(await cli('get', 'counting', 'stockitem:none')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('plugin counting remembers nothing of stockitem:none'),
  })
  const memory = await runCli(['state', 'list', 'counting'], {
    env: { ...settings, IDEMPOTENCY_STORE: 'memory:' },
  })
  expect(memory.stderr).toContain('IDEMPOTENCY_STORE is memory')
  const strange = await runCli(['state', 'list', 'counting'], {
    env: { ...settings, KAFKA_GROUP_ID: 'nobody' },
  })
  expect(strange.stderr).toContain('so no plugin of group nobody has state')
})
