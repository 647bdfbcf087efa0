import { describe, expect, it } from 'vitest'
import type { ExplainedPlugin, Explanation } from '../../src/explain/explanation.ts'
import { moved } from '../support/events.ts'
import takes from '../support/plugins/explained.ts'
import strict from '../support/plugins/explained-rejects.ts'
import skips from '../support/plugins/explained-skips.ts'
import frozen from '../support/plugins/explained-where.ts'
import fresh from '../support/plugins/starts-now.ts'
import { database } from '../support/postgres.ts'
import { runCli } from '../support/run-cli.ts'
import { pluginPath } from '../support/serve.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'

const plugins = [takes, skips, frozen, strict, fresh]
const PLUGINS = [
  'explained',
  'explained-skips',
  'explained-where',
  'explained-rejects',
  'starts-now',
]
  .map((name) => pluginPath(`plugins/${name}`))
  .join()

type Situation = Awaited<ReturnType<typeof situation>>

async function explain(s: Situation, ...args: string[]) {
  return runCli(['explain', ...args], { env: { ...s.settings, PLUGINS } as Record<string, string> })
}

async function explained(s: Situation, ...args: string[]): Promise<Explanation> {
  const { code, stdout, stderr } = await explain(s, '--json', ...args)
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout)
}

/** Three records with one id, two of them with the same content; handled by a service that has stopped. */
async function past(store: string) {
  const settings = { IDEMPOTENCY_STORE: store }
  const s = await situation({ plugins, settings, ...(store === 'kafka:' && { store }) })
  const first = moved('crate-1', 0, 'm1')
  const other = { ...first, to: { ...first.to, name: 'Elsewhere' } }
  await s.publish([moved('crate-2', 0, 'm2'), first])
  await s.publish([first])
  await s.publish([other])
  const service = await s.start()
  await s.caughtUp()
  await service.stop()
  return s
}

const plugin = (explanation: Explanation, slug: string, record = 0) =>
  explanation.records[record]?.plugins.find((each) => each.plugin === slug) as ExplainedPlugin

describe.each(['kafka:', 'postgres'])('explain, with the service down and store %s', (name) => {
  it('explains each record, and what each plugin did with it', async () => {
    const store = name === 'kafka:' ? name : (await database()).url
    const s = await past(store)
    const found = await explained(s, 'm1', '--entity', 'crate-1', '--from', '1h')
    const [record, duplicate, conflict] = found.records
    expect(found.records).toHaveLength(3)
    expect(record).toMatchObject({
      topic: s.topic,
      entity: 'crate-1',
      content: {
        type: 'event',
        name: 'inventory.moved',
        schema: 'inventory_events.InventoryMoved',
        schemaId: expect.any(Number),
        repeats: null,
      },
      progress: { type: 'done', committed: expect.any(Number) },
    })
    expect(record?.place).toBe(`${s.topic}/${record?.partition}@${record?.offset}`)
    const repeats = { place: record?.place, same: true }
    expect(duplicate?.content).toMatchObject({ repeats })
    expect(conflict?.content).toMatchObject({ repeats: { ...repeats, same: false } })

    const minutesAgo = Date.now() - 600_000
    const taken = plugin(found, 'takes')
    expect(taken).toMatchObject({
      state: { state: 'enabled' },
      filter: { decision: 'wanted', why: 'the plugin has no filter' },
      completion: { type: 'completed', outcome: 'processed', content: 'same', expired: false },
      letters: [],
    })
    if (taken.completion.type !== 'completed') throw new Error('it is not noted')
    expect(Date.parse(taken.completion.at)).toBeGreaterThan(minutesAgo)
    expect(taken.summary).toBe(`processed at ${taken.completion.at}`)
    const skipped = plugin(found, 'skips')
    expect(skipped.completion).toMatchObject({ type: 'completed', outcome: 'skipped' })
    expect(skipped.summary).toMatch(/^skipped by its handler at \S+Z$/)

    expect(plugin(found, 'frozen')).toMatchObject({
      summary: 'unwanted',
      filter: {
        decision: 'unwanted',
        why: 'where: data.to.name is "Freezer": no, it is "Cold Storage"; data.entity.quantity is above 1000000: no, it is missing',
      },
      completion: { type: 'none' },
    })
    expect(plugin(found, 'strict')).toMatchObject({
      summary: 'dead-lettered: rejected',
      completion: { type: 'completed', outcome: 'rejected', content: 'same' },
      letters: [
        { reason: 'rejected', attempts: 1, error: 'not in the catalogue', record: record?.place },
      ],
    })
    expect(plugin(found, 'takes', 2)).toMatchObject({
      summary: 'dead-lettered: conflict',
      completion: { type: 'completed', content: 'other', conflictAt: expect.any(String) },
      letters: [{ reason: 'conflict', record: conflict?.place }],
    })
    const freshly = plugin(found, 'starts-now')
    const since = { by: 'startFrom', at: expect.any(String), why: 'new to the group' }
    expect(freshly.passedBy).toEqual({ first: expect.any(Number), ...since })
    expect(freshly.passedBy?.first).toBeGreaterThan(conflict?.offset as number)
    expect(freshly.summary).toBe(
      `skipped: below the plugin's start of ${freshly.passedBy?.at} by startFrom: new to the group`,
    )
    expect(taken.passedBy).toBe(null)
    expect(found.unknown).toEqual([])

    await tellsOfRedrives(s)
  })
})

/** Redriven: dead-lettered again, or completed. A redriven conflict is no longer a conflict. */
async function tellsOfRedrives(s: Situation): Promise<void> {
  const env = { ...s.settings, PLUGINS } as Record<string, string>
  const sent = await runCli(['dead-letters', 'redrive', '--yes'], { env })
  expect(sent, sent.stderr).toMatchObject({ stdout: '5 redriven, 0 redriven before\n' })
  const waiting = await explained(s, 'm1', '--entity', 'crate-1')
  expect(plugin(waiting, 'strict').summary).toMatch(/^redriven at \S+Z, not completed yet$/)
  const [before] = plugin(waiting, 'strict').redrives
  expect(before).toMatchObject({
    place: expect.stringMatching(`^${s.topic}\\.redrive/\\d@\\d+$`),
    generation: 1,
    letter: plugin(waiting, 'strict').letters[0]?.place,
    record: waiting.records[0]?.place,
    completion: { type: 'none' },
  })

  const service = await s.start()
  await until(
    async () => {
      const now = await explained(s, 'm1', '--entity', 'crate-1')
      const all = [plugin(now, 'strict'), plugin(now, 'takes', 2), plugin(now, 'strict', 2)]
      return all.every(({ redrives }) => redrives[0]?.progress.type === 'done')
    },
    { what: 'the group to commit past the redriven records' },
  )
  await service.stop()
  // The look that found them committed may have read the dead letters before the last of them.
  const told = await explained(s, 'm1', '--entity', 'crate-1')
  const again = plugin(told, 'strict')
  expect(again.summary).toMatch(/^redriven at \S+Z, dead-lettered again: rejected$/)
  const completion = { type: 'completed', content: 'same' }
  expect(again.redrives).toMatchObject([{ place: before?.place, completion }])
  expect(again.letters.map(({ redrives }) => redrives)).toEqual([0, 1])
  const taken = plugin(told, 'takes', 2)
  expect(taken.summary).toMatch(/^redriven at \S+Z, processed at \S+Z$/)
  expect(taken.letters.map(({ reason }) => reason)).toEqual(['conflict'])
  expect(plugin(told, 'takes').redrives).toEqual([])
}

it('prints text, and lists what is unknown', async () => {
  const s = await past('memory:')
  const { code, stdout, stderr } = await explain(s, 'm2')
  expect(code, stderr).toBe(0)
  expect(stdout).toContain(`event m2, group ${s.groupId}\n`)
  expect(stdout).toMatch(new RegExp(`^${s.topic}/\\d@0$`, 'm'))
  expect(stdout).toMatch(/^ {2}group {8}past this record \(committed offset \d\)$/m)
  expect(stdout).toContain('the memory store can be read by its own process only')
  expect(stdout).toMatch(/^ {4}dead letter {2}.* rejected after 1 attempt: not in the catalogue$/m)
  expect(stdout).toMatch(/^searched 4 offsets of /m)
})

it('explains records that hold no event that can be read', async () => {
  const s = await situation({ plugins: [takes], partitions: 1 })
  const move = s.record(moved('crate-1', 0, 'm1'))
  await s.produce([
    { key: 'crate-1', value: JSON.stringify({ id: 'm9' }) },
    move,
    { key: 'crate-1', value: null, headers: { ce_id: 'm8' } },
  ])
  const before = await explain(s, 'm9')
  expect(before).toMatchObject({ code: 0 })
  expect(before.stdout).toMatch(/ {2}content {6}cannot be read: .*first byte/)
  expect(before.stdout).toContain('  takes: not called: it holds no event')

  const away = { ...s.settings, SCHEMA_REGISTRY_URL: 'http://127.0.0.1:1', PLUGINS }
  const waiting = await runCli(['explain', 'm1'], { env: away as Record<string, string> })
  expect(waiting).toMatchObject({ code: 0 })
  expect(waiting.stdout).toMatch(/ {2}content {6}cannot be read now: .*ECONNREFUSED/)
  expect(waiting.stdout).toContain('its partition waits at this record until it can be read\n')

  const service = await s.start()
  await s.caughtUp()
  await service.stop()
  const [record] = (await explained(s, 'm9')).records
  expect(record).toMatchObject({
    place: `${s.topic}/0@0`,
    content: { type: 'undecodable', knownBy: 'bytes' },
    plugins: expect.arrayContaining([
      expect.objectContaining({
        plugin: 'takes',
        summary: 'dead-lettered for all plugins: undecodable',
      }),
    ]),
    letters: [{ plugin: '*', reason: 'undecodable', record: `${s.topic}/0@0` }],
  })
  const [empty] = (await explained(s, 'm8')).records
  expect(empty).toMatchObject({ place: `${s.topic}/0@2`, content: { type: 'tombstone' } })
})

it('explains events that have not been reached, and plugins that will skip them', async () => {
  const s = await situation({ plugins })
  await s.publish([moved('crate-1', 0, 'm1')])
  const before = await explained(s, 'm1')
  expect(before.records[0]?.progress).toEqual({ type: 'never-committed' })
  const off = await runCli(['plugins', 'disable', 'takes', '--why', 'it is wrong'], {
    env: { ...s.settings, PLUGINS } as Record<string, string>,
  })
  expect(off.code, off.stderr).toBe(0)
  expect(plugin(await explained(s, 'm1'), 'takes').state).toMatchObject({
    state: 'disabled',
    why: 'it is wrong',
    by: expect.any(String),
  })
})

it('lists the searched offsets for an event that is not found', async () => {
  const s = await situation({ plugins })
  await s.publish([moved('crate-1', 0, 'm1')])
  const { code, stdout } = await explain(s, 'm9', '--entity', 'crate-1')
  expect(code).toBe(1)
  expect(stdout).toContain('not found')
  expect(stdout).toMatch(new RegExp(`^searched 1 offset of ${s.topic} \\(\\d: 0 to 1\\)$`, 'm'))
  const later = await explain(s, 'm1', '--to', '1h')
  expect(later.code).toBe(1)
})
