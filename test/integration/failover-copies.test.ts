import { expect, it, onTestFinished } from 'vitest'
import { encodeControl, type PluginState } from '../../src/control/control-record.ts'
import { encodePlan, type ReplayPlan } from '../../src/replay/plan.ts'
import { readPlan } from '../../src/replay/plan-store.ts'
import {
  LATER,
  mirroredGroup,
  POINT_MS,
  produce,
  stateRecord,
  statesIn,
  stateTopic,
} from '../support/mirrored-group.ts'
import { runCli } from '../support/run-cli.ts'
import { kafkaClient, serviceClient, uniqueName } from '../support/stack.ts'

/** The n-th time before the recovery point. */
const at = (n: number) => String(POINT_MS - 1_000 + n)
const AUDIT = { by: 'test', at: '2026-01-01T00:00:00Z', why: '' }

it('restores states behind which a mirror has copied older ones, and was killed', async () => {
  const s = await mirroredGroup()
  const state = await stateTopic(s)
  const log = [
    stateRecord('whole', '1', at(1)),
    stateRecord('cut', '1', at(2)),
    stateRecord('gone', '1', at(3)),
    stateRecord('cut', '2', at(4)),
    stateRecord('later', '1', at(5)),
    stateRecord('gone', null, at(6)),
    stateRecord('cut', '3', at(7)),
    stateRecord('alone', '1', at(8)),
    stateRecord('later', '2', LATER),
  ]
  await produce(state, log)
  await produce(state, log.slice(0, 5))
  // A state that was compacted away: the copy is the only one.
  await produce(state, [stateRecord('copy', '1', at(0))])

  const found = '2 states and 0 records of the control topic older than what stands before them'
  const dry = await s.cli()
  expect(dry.stdout).toContain(found)
  expect(await statesIn(state)).toMatchObject({ cut: '2', gone: '1' })
  const right = { whole: '1', cut: '3', gone: null, later: '1', alone: '1', copy: '1' }
  const { stdout } = await s.cli('--yes')
  expect(stdout).toContain(found)
  expect(stdout).toContain('1 state restored, 1 without one by then cleared')
  expect(await statesIn(state)).toEqual(right)
  await s.cli('--yes')
  expect(await statesIn(state)).toEqual(right)
})

it('restores states of which compaction has removed the first copies, also between transactions', async () => {
  const s = await mirroredGroup()
  const state = await stateTopic(s)
  const options = { transactionalId: uniqueName('mirror'), idempotent: true }
  const producer = kafkaClient().producer({ ...options, maxInFlightRequests: 1 })
  await producer.connect()
  onTestFinished(() => producer.disconnect())
  const mirror = async (messages: ReturnType<typeof stateRecord>[], end: 'commit' | 'abort') => {
    const transaction = await producer.transaction()
    await transaction.send({ topic: state, messages })
    await transaction[end]()
  }
  await mirror([stateRecord('one', '9', at(9)), stateRecord('two', '8', at(8))], 'commit')
  await mirror([stateRecord('one', '0', at(30))], 'abort')
  await mirror([stateRecord('one', '1', at(1)), stateRecord('one', '2', at(2))], 'commit')

  expect((await s.cli('--yes')).stdout).toContain('1 state restored, 0 without one')
  expect(await statesIn(state)).toEqual({ one: '9', two: '8' })
})

it('counts the newest switches and plans, where a mirror has copied older ones behind them', async () => {
  const s = await mirroredGroup()
  const control = `${s.groupId}.control`
  const plugin = (slug: string, state: PluginState, n: number) => {
    const record = encodeControl({ switch: 'plugin', slug, state, ...AUDIT, why: `${n}` })
    return { ...record, partition: 0, timestamp: at(n) }
  }
  const times = { fromMs: POINT_MS, toMs: undefined, entity: undefined, kind: undefined }
  const plan = (state: ReplayPlan['state'], n: number) => {
    const what = {
      slug: 'ended',
      generation: 1,
      purpose: 'enable',
      carriedOutBy: 'command',
    } as const
    const record = encodePlan({ ...what, ...times, state, ranges: [], ...AUDIT, why: `${n}` })
    return { ...record, partition: 0, timestamp: at(n) }
  }
  const log = [
    plugin('recorder', 'disabled', 1),
    plugin('ended', 'paused', 2),
    plan('running', 3),
    plan('done', 4),
    plugin('ended', 'enabled', 5),
    plugin('recorder', 'enabled', 6),
    plugin('stays', 'disabled', 7),
  ]
  await produce(control, log)
  await produce(control, log.slice(0, 3))

  const found = '0 states and 3 records of the control topic older than'
  expect((await s.cli()).stdout).toContain(found)
  expect(await s.plan()).toMatchObject({ replays: [], switches: [] })
  await s.run()
  expect(await readPlan(serviceClient(), s.groupId, 'ended')).toMatchObject({ state: 'done' })
  const states = await runCli(['plugins', 'list', '--states'], { env: s.settings })
  expect(states.stdout).toMatch(/^ended +enabled .* 5$/m)
  expect(states.stdout).toMatch(/^recorder +enabled .* 6$/m)
  expect(states.stdout).toMatch(/^stays +disabled .* 7$/m)
  expect((await s.cli()).stdout).not.toContain('older than')
})
