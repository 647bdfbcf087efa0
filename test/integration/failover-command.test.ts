import { expect, it, onTestFinished } from 'vitest'
import { encodeControl } from '../../src/control/control-record.ts'
import { readCheckpoints } from '../../src/kafka/mirror/checkpoints.ts'
import { findCuts } from '../../src/kafka/mirror/cut.ts'
import { cutMarks } from '../../src/kafka/mirror/cut-marks.ts'
import { writeControl } from '../../src/kafka/state/control-log.ts'
import { KafkaCrashStore } from '../../src/kafka/state/crash-store.ts'
import { encodePlan } from '../../src/replay/plan.ts'
import { readPlan } from '../../src/replay/plan-store.ts'
import { auditOf } from '../support/audit.ts'
import { moved } from '../support/events.ts'
import { groupOffsets } from '../support/group.ts'
import {
  EARLIER,
  LATER,
  mirroredGroup,
  POINT_MS,
  produce,
  stateRecord,
  statesIn,
  stateTopic,
} from '../support/mirrored-group.ts'
import { readTopic } from '../support/read-topic.ts'
import { runCli } from '../support/run-cli.ts'
import { serviceClient } from '../support/stack.ts'

const AUDIT = { by: 'test', at: '2026-01-01T00:00:00Z', why: '' }

it('begins at the last checkpoint by the recovery point, and at the start of the log without one', async () => {
  const s = await mirroredGroup()
  await s.publish(Array.from({ length: 20 }, (_, n) => moved(`ent_${n}`, n)))
  await s.checkpoint(0, 1, String(POINT_MS - 1_000))
  await s.checkpoint(0, 3, EARLIER)
  await s.checkpoint(0, 5, LATER)
  await s.checkpoint(1, 4, LATER)

  const dry = await s.cli()
  expect(dry).toMatchObject({ code: 0, stderr: '' })
  expect(dry.stdout).toContain(`${s.topic}/0`)
  expect(dry.stdout).toContain('Dry run')
  expect(await committed(s)).toEqual([0, 0])
  const { code, stdout } = await s.cli('--yes', '--json')
  expect({ code, ...JSON.parse(stdout) }).toMatchObject({
    code: 0,
    isDone: true,
    places: [
      { topic: s.topic, partition: 0, offset: 3, why: 'checkpoint' },
      { topic: s.topic, partition: 1, offset: 0, why: 'none' },
      { topic: `${s.topic}.redrive`, offset: 0 },
      { topic: `${s.topic}.redrive`, offset: 0 },
    ],
  })
  expect(await committed(s)).toEqual([3, 0])
  const checkpoints = { alias: s.alias, groupId: s.groupId, untilMs: Infinity }
  expect([...(await readCheckpoints(serviceClient(), checkpoints)).values()]).toEqual([
    [1, 3, 5],
    [4],
  ])
})

const committed = async ({ groupId, topic }: { groupId: string; topic: string }) =>
  (await groupOffsets(groupId, topic)).map((row) => row.committed)

it("does without what the control topic says in the former cluster's offsets", async () => {
  const s = await mirroredGroup()
  const place = { topic: s.topic, partition: 0 }
  const crashes = new KafkaCrashStore({
    kafka: serviceClient(),
    groupId: s.groupId,
    log: { warn() {} },
  })
  onTestFinished(() => crashes.close())
  await crashes.change(place, (counts) => void counts.set('0/recorder', 9))
  const start = { switch: 'start', slug: 'recorder', ...AUDIT } as const
  const paused = { switch: 'plugin', slug: 'late', state: 'paused', ...AUDIT } as const
  const ranges = [{ ...place, start: 900, end: 950 }]
  const replay = {
    slug: 'late',
    generation: 1,
    purpose: 'enable',
    carriedOutBy: 'command',
    state: 'running',
  } as const
  const times = { fromMs: POINT_MS, toMs: undefined, entity: undefined, kind: undefined }
  await writeControl(serviceClient(), s.groupId, [
    encodeControl({ ...start, offsets: { [s.topic]: { 0: 1_000, 1: 1_000 } } }),
    encodeControl(paused),
    encodePlan({ ...replay, ...times, ranges, ...AUDIT }),
  ])
  await s.publish(Array.from({ length: 8 }, (_, n) => moved(`ent_${n}`, n)))

  const { code, stdout } = await s.cli('--yes', '--why', 'a fire')
  expect({ code, stdout }).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/catching up of late from .*: cancelled; start it again/),
  })
  const entries = await auditOf(s.groupId)
  const what = [`from ${s.alias}, as it was at ${new Date(POINT_MS).toISOString()}`]
  for (const [n, phase] of ['begun', 'done'].entries()) {
    expect(entries[n]).toMatchObject({ action: 'group failover', phase, what, why: 'a fire' })
  }
  const plan = await readPlan(serviceClient(), s.groupId, 'late')
  expect(plan).toMatchObject({ state: 'abandoned', why: 'a fire' })
  const states = await runCli(['plugins', 'list', '--states'], { env: s.settings })
  expect(states.stdout).toMatch(/^late +disabled .* a fire$/m)
  expect(await crashes.read(place)).toEqual(new Map())
  await s.start()
  await s.caughtUp()
  expect(s.one.seen).toHaveLength(8)
})

it('refuses a group that runs here, and an alias that no mirror has', async () => {
  const s = await mirroredGroup()
  const other = await runCli(['group', 'failover', '--alias', 'nobody', '--recovery-point', '1h'], {
    env: s.settings,
  })
  expect(other.stderr).toMatch(
    /topic nobody\.checkpoints\.internal does not exist: expected the alias/,
  )
  await s.start()
  const { code, stderr } = await s.cli('--yes')
  expect({ code, stderr }).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/expected the service to be stopped in this cluster, but group/),
  })
})

it('takes marks behind the cut away, also when it was interrupted before', async () => {
  const { topic, marks, groupId } = await mirroredGroup()
  expect(topic).not.toBe(groupId)
  // The last one is of a replica whose clock is behind.
  const kept = ['a', 'b'].map((value) => ({ partition: 1, value, timestamp: EARLIER }))
  const gone = [{ partition: 1, value: 'c', timestamp: LATER }]
  await produce(marks, [...kept, ...gone, { partition: 1, value: 'd', timestamp: EARLIER }])
  await produce(marks, kept)
  for (const _ of ['first', 'again']) {
    const cuts = await findCuts(serviceClient(), marks, POINT_MS)
    for (const cut of cuts) await cutMarks(serviceClient(), cut)
    const left = await readTopic(marks)
    expect(left.map(({ value, timestamp }) => [String(value), timestamp])).toEqual([
      ['a', EARLIER],
      ['b', EARLIER],
    ])
  }
})

it('gives changed states the values that they had, and clears those that had none', async () => {
  const s = await mirroredGroup()
  const state = await stateTopic(s)
  await produce(state, [
    stateRecord('changed', '1', EARLIER),
    stateRecord('same', '1', EARLIER),
    stateRecord('removed', '1', EARLIER),
    stateRecord('changed', '2', EARLIER),
    stateRecord('changed', '3', LATER),
    stateRecord('removed', null, LATER),
    stateRecord('new', '1', LATER),
  ])
  for (const _ of ['first', 'again']) {
    const { stdout } = await s.cli('--yes')
    expect(stdout).toContain('2 states restored, 1 without one by then cleared')
  }
  expect(await statesIn(state)).toEqual({ changed: '2', same: '1', removed: '1', new: null })
})
