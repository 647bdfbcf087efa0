import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { builtInContract } from '../../src/avro/schema/contract-schemas.ts'
import type { ComplexSchema } from '../../src/avro/schema/schema.ts'
import type { BacktestReport } from '../../src/backtest/backtest.ts'
import type { Tallied } from '../../src/backtest/tally.ts'
import type { Event, InventoryMovedEvent } from '../../src/event/event.ts'
import { writerOf } from '../support/avro.ts'
import { moved, pluginEvent, wasted } from '../support/events.ts'
import { withAdmin } from '../support/group.ts'
import { runCli } from '../support/run-cli.ts'
import { pluginPath } from '../support/serve.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'
import { startCli } from '../support/start-cli.ts'

const HOUR_MS = 3_600_000

let s: Awaited<ReturnType<typeof situation>>
let folder: string

/** Events of three versions of a schema, one with a filter error, a tombstone and undecodable bytes. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backtest-'))
  s = await situation({ plugins: [], partitions: 2 })
  const { schema } = builtInContract().ofRecord('inventory_events.InventoryWasted')!
  const older = await writerOf(s.topic, { ...schema, fields: without(schema, 'reason') })
  const newer = await writerOf(s.topic, { ...schema, fields: [...schema.fields!, DISPOSED_BY] })
  const byNewer = (id: string, reason: string) =>
    newer.encode({ ...wasted('ent_1', id), reason, disposedBy: 'Mo' })
  const longAgo = { timestamp: String(Date.now() - 2 * HOUR_MS) }
  await s.produce([{ ...s.record({ ...wasted('ent_1', 'ago'), reason: 'spoiled' }), ...longAgo }])
  await s.produce([
    ...[s.record({ ...wasted('ent_1', 'w1'), reason: 'spoiled' }), s.record(at('m1', -18))],
    ...[s.record(at('m2', 20)), s.record(at('m3', 'cold')), s.record(pluginEvent('a.b'))],
    { key: 'ent_1', value: older.encode(wasted('ent_1', 'w2')) },
    { key: 'ent_1', value: byNewer('w3', 'spoiled') },
    { key: 'ent_1', value: byNewer('w4', 'expired') },
    { key: 'ent_1', value: null },
    { key: 'ent_1', value: Buffer.from('no event') },
  ])
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const DISPOSED_BY = { name: 'disposedBy', type: ['null', 'string'], default: null }

function without({ fields }: ComplexSchema, field: string) {
  return fields!.filter(({ name }) => name !== field)
}

function at(id: string, maxCelsius: number | string): InventoryMovedEvent {
  const move = moved('ent_2', 0, id)
  return { ...move, entity: { ...move.entity, attributes: { maxCelsius } } }
}

async function jsonFile(where: object): Promise<string> {
  const file = join(folder, `${randomBytes(4).toString('hex')}.json`)
  await writeFile(file, JSON.stringify(where))
  return file
}

function run(args: string[], env: Record<string, string> = {}) {
  const settings = { ...s.settings, PLUGINS: pluginPath('plugins/tried'), ...env }
  const flags = ['--plugin', 'tried', '--from', '1h', ...args]
  return runCli(['filters', 'backtest', ...flags], { env: settings as Record<string, string> })
}

type Printed = BacktestReport & { partial: boolean; from: string; to: string | null }

async function printed(args: string[], env?: Record<string, string>): Promise<Printed> {
  const { code, stdout, stderr } = await run(['--json', ...args], env)
  expect(code, stderr).toBe(0)
  expect(stderr).not.toContain('a handler was called')
  return JSON.parse(stdout)
}

const idsIn = ({ groups }: Tallied) =>
  groups.flatMap(({ examples }) => examples.map(({ id }) => id)).sort()
const countsIn = ({ groups }: Tallied) =>
  Object.fromEntries(groups.map(({ group, count }) => [group, count]))

it('counts the decisions for each version of a schema, and leaves nothing behind', async () => {
  const found = await printed([])
  expect(found).toMatchObject({ records: 10, tombstones: 1, partial: false, to: null })
  expect(found.undecodable.count).toBe(1)
  const { matched, unmatched, errors, cost } = found.filter
  expect(countsIn(matched)).toEqual({ 'inventory.wasted': 2, 'inventory.moved': 1 })
  expect(idsIn(matched)).toEqual(['m1', 'w1', 'w3'])
  expect(countsIn(unmatched)).toEqual({ 'inventory.wasted': 2, 'inventory.moved': 1, 'a.b': 1 })
  const [error, ...others] = errors.groups
  expect(others).toEqual([])
  const problem = 'expected a number, got a string'
  expect(error).toMatchObject({
    group: `where: data.entity.attributes.maxCelsius: ${problem}`,
    count: 1,
    examples: [
      {
        id: 'm3',
        name: 'inventory.moved',
        entity: 'ent_2',
        place: expect.stringMatching(new RegExp(`^${s.topic}/\\d@\\d$`)),
        why: expect.stringContaining(`data.entity.attributes.maxCelsius is below 0: ${problem}`),
      },
    ],
  })
  expect(Date.parse(error!.examples[0]!.time)).toBeGreaterThan(Date.now() - HOUR_MS)
  expect(cost).toEqual({ events: 8, nsPerEvent: expect.any(Number) })
  expect(cost!.nsPerEvent).toBeGreaterThan(0)

  const groups = await withAdmin(async (admin) => (await admin.listGroups()).groups)
  expect(groups.filter(({ groupId }) => groupId.startsWith(s.groupId))).toEqual([])
  expect(await s.letters()).toEqual([])
})

it('counts the events that a JSON filter would gain and lose, by kind', async () => {
  const against = await jsonFile({ exact: { 'data.reason': 'expired' } })
  const { filter, changed } = await printed(['--against', against])
  expect([filter.matched.count, changed!.matched.count]).toEqual([3, 1])
  expect(changed!.errors.count).toBe(0)
  expect(countsIn(changed!.gained)).toEqual({ 'inventory.wasted': 1 })
  expect(idsIn(changed!.gained)).toEqual(['w4'])
  expect(countsIn(changed!.lost)).toEqual({ 'inventory.wasted': 2, 'inventory.moved': 1 })
  expect(idsIn(changed!.lost)).toEqual(['m1', 'w1', 'w3'])
})

it('compares with a module, both restricted by PLUGIN_FILTERS', async () => {
  const against = pluginPath('plugins/tried-changed')
  const PLUGIN_FILTERS = '{"tried": {"not": {"exact": {"data.reason": "expired"}}}}'
  const { filter, changed } = await printed(['--against', against], { PLUGIN_FILTERS })
  expect(idsIn(filter.matched)).toEqual(['m1', 'w1', 'w3'])
  expect(idsIn(changed!.matched)).toEqual(['w1', 'w2', 'w3'])
  expect([idsIn(changed!.gained), idsIn(changed!.lost)]).toEqual([['w2'], ['m1']])
})

it('prints text, for one entity and a range of time', async () => {
  const range = ['--entity', 'ent_1', '--from', '3h', '--to', '1h', '--examples', '1']
  const { code, stdout, stderr } = await run(range)
  expect(code, stderr).toBe(0)
  expect(stdout).toMatch(new RegExp(`^plugin tried, ${s.topic} from .*Z to .*Z, entity ent_1\n`))
  expect(stdout).toContain('\nrecords      1\nmatched      1\n  inventory.wasted  1\n')
  expect(stdout).toMatch(/^ {4}\S+Z {2}events-\w+\/\d@0 {2}ago {2}ent_1$/m)
  expect(stdout).toMatch(/^cost {9}[\d,]+ ns of CPU per event \(measured on 1 event\)$/m)
})

it('rejects a path that no schema has before it reads anything', async () => {
  const against = await jsonFile({ exact: { 'data.entty.name': 'x' } })
  const { code, stdout, stderr } = await run(['--against', against], { KAFKA_BROKERS: 'nowhere:1' })
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(
    /^error: plugin tried in .*\.json: where: data\.entty\.name: no field of any of inventory_events\.InventoryMoved, inventory_events\.InventoryWasted, did you mean data\.entity\.name\?\n$/,
  )
})

it('requires --from', async () => {
  const { code, stderr } = await runCli(['filters', 'backtest', '--plugin', 'tried'])
  expect(code).toBe(1)
  expect(stderr).toContain("required option '--from <time>' not specified")
})

it('prints partial counts when it is interrupted', async () => {
  const large = await situation({ plugins: [], partitions: 1 })
  const events = Array.from({ length: 60 }, (_, n) => bulky(`b${n}`))
  await large.publish(events)
  const goOn = join(folder, 'go-on')
  const settings = { ...large.settings, PLUGINS: pluginPath('plugins/tried-slowly') }
  const flags = ['--plugin', 'tried-slowly', '--from', '1h', '--json']
  const { child, output, ended } = startCli(['filters', 'backtest', ...flags], {
    ...(settings as Record<string, string>),
    GO_ON_WHEN_THERE: goOn,
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  await until(() => output.err.includes('asked\n'), { what: 'the filter to be evaluated' })
  child.kill('SIGINT')
  await writeFile(goOn, '')
  expect(await ended).toBe(130)
  const found: Printed = JSON.parse(output.out)
  expect(found.partial).toBe(true)
  expect(found.records).toBeGreaterThan(0)
  expect(found.records).toBeLessThan(events.length)
  expect(found.filter.matched.count).toBe(found.records)
})

/** More records than fit into a fetch, or into one batch of evaluations. */
function bulky(id: string): Event {
  return pluginEvent('bulky', { id, text: randomBytes(200_000).toString('hex') })
}
