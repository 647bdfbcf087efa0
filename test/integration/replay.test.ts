import { randomUUID } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ReplayPlan } from '../../src/replay/plan.ts'
import { beginPlan, readPlan } from '../../src/replay/plan-store.ts'
import { moved, wasted } from '../support/events.ts'
import { withAdmin } from '../support/group.ts'
import { markedEffects } from '../support/marked-effects.ts'
import marking from '../support/plugins/marking.ts'
import { runCli } from '../support/run-cli.ts'
import { pluginPath } from '../support/serve.ts'
import { readAll, type SituationOptions, situation } from '../support/service-kit.ts'
import { endpoints, serviceClient, until } from '../support/stack.ts'
import { startCli } from '../support/start-cli.ts'

const written: string[] = []
afterAll(() => Promise.all(written.map((path) => rm(path, { force: true }))))

/** Topics with a group, and commands that replay them for the plugin `logging`. */
async function scene(options: Partial<SituationOptions> = {}) {
  const s = await situation({ plugins: [], store: 'kafka:', ...options })
  const notes = join(tmpdir(), `notes-${randomUUID()}`)
  written.push(notes)
  const PLUGINS = pluginPath('plugins/logging')
  const env = { ...s.settings, PLUGINS, NOTES: notes }
  async function cli(...args: string[]) {
    const { code, stdout, stderr } = await runCli(args, { env })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return stdout
  }
  async function noted(): Promise<string[][]> {
    const text = await readFile(notes, 'utf8').catch(() => '')
    return text.split('\n').flatMap((line) => (line === '' ? [] : [line.split(' ')]))
  }
  const replay = (...args: string[]) => cli('replay', '--plugin', 'logging', ...args)
  return {
    ...s,
    records: readAll,
    env,
    cli,
    replay,
    noted,
    ids: async () => (await noted()).map(([id]) => id),
  }
}

describe('replay', () => {
  let s: Awaited<ReturnType<typeof scene>>
  const times: string[] = []

  /** The tests below replay three parts of the topic, by the times between them. */
  async function publishAll(): Promise<void> {
    for (const part of ['a', 'b', 'c']) {
      times.push(new Date().toISOString())
      await until(() => Date.now() > Date.parse(times.at(-1)!), { what: 'the next millisecond' })
      const of = (entity: string) => [0, 1, 2].map((n) => moved(entity, n, `${part}-${entity}${n}`))
      await s.publish([...of('x'), ...of('y'), wasted('x', `${part}-xw`)])
      const endMs = Date.now()
      await until(() => Date.now() > endMs, { what: 'the next millisecond' })
    }
  }

  beforeAll(async () => {
    s = await scene()
    await publishAll()
  })

  it('previews without --yes', async () => {
    const said = await s.replay('--from', times[0]!, '--kind', 'inventory.wasted')
    expect(said).toMatch(/^21 records from \S+Z to now, 3 for logging, about 1 s at 100 a second\n/)
    expect(said).toContain(`  ${s.topic}: `)
    expect(said).toMatch(/ {2}x +inventory\.wasted +a-xw\n/)
    expect(said).toMatch(/Dry run\. Add --yes to replay these events\.\n$/)
    expect(await s.noted()).toEqual([])
  })

  it.each([
    [['--from', '2099-01-01T00:00:00Z'], 'expected a time that is not in the future: it is 20'],
    [['--from', '1h', '--to', '2h'], '--from: expected a time before "to", which is 20'],
    [['--from', '1h', '--to', '1999-01-01T00:00:00Z', '--yes'], 'expected a time before "to"'],
    [['--from', '1h', '--kind', 'inventory.wastd'], 'did you mean inventory.wasted?'],
    [['--from', '1h', '--kind', 'inventory.wastd', '--yes'], 'did you mean inventory.wasted?'],
    [['--from', '1h', '--kind', 'moved', '--yes'], 'expected one of inventory.received, '],
    [['--from', '1h', '--to', '0s', '--plugin', 'loging'], 'did you mean logging?'],
  ])('refuses %j, which can select nothing', async (args, message) => {
    const refused = await runCli(['replay', '--plugin', 'logging', ...args], s)
    expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(message) })
    expect(await s.noted()).toEqual([])
  })

  it('takes a time before 1970 as the start of the log', async () => {
    const early = ['--from', '1960-01-01T00:00:00Z']
    expect(await s.replay(...early)).toMatch(
      /^21 records from 1960-01-01T00:00:00\.000Z to now, 21 /,
    )
    expect(await s.replay(...early, '--to', '1965-01-01T00:00:00Z')).toMatch(/^0 records from 1960/)
  })

  it('delivers a range in order per entity, with idempotency keys of its own; and again', async () => {
    const range = ['--from', times[1]!, '--to', times[2]!, '--kind', 'inventory.moved', '--yes']
    expect(await s.replay(...range)).toMatch(/^replay 1 of logging .*: processed 6\n$/)
    const first = await s.noted()
    const idsOf = (rows: string[][], entity: string) =>
      rows.map(([id]) => id!).filter((id) => id.includes(entity))
    expect(idsOf(first, '-x')).toEqual(['b-x0', 'b-x1', 'b-x2'])
    expect(idsOf(first, '-y')).toEqual(['b-y0', 'b-y1', 'b-y2'])
    expect(first.every(([id, key]) => key === `${s.groupId}.replay.logging.1/logging/${id}`)).toBe(
      true,
    )
    await s.replay(...range, '--entity', 'y')
    const again = (await s.noted()).slice(first.length)
    expect(idsOf(again, '')).toEqual(['b-y0', 'b-y1', 'b-y2'])
    expect(again[0]![1]).toContain('.replay.logging.2/')
    await untilNoneIsLeft(s.groupId)
  })

  it('dead-letters in the name of the group', async () => {
    const args = ['--from', times[2]!, '--kind', 'inventory.wasted', '--yes']
    const { code, stdout, stderr } = await runCli(['replay', '--plugin', 'logging', ...args], s)
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('it is gone') })
    expect(stdout).toMatch(/rejected 1\n1 dead letter: inventory-events dead-letters list --plugin/)
    const [letter] = await s.letters()
    expect(letter!.headers).toMatchObject({ 'dlq.group': s.groupId, 'dlq.plugin': 'logging' })
    const group = `${s.groupId}.replay.logging.3`
    expect(letter!.headers['dlq.replay']).toBe(group)
    await s.cli('dead-letters', 'redrive', '--yes')
    const redriven = await s.records(`${s.topic}.redrive`)
    expect(redriven.map(({ headers }) => headers['redrive.replay'])).toEqual([group])
  })
})

it('does not run beside the live plugin unless it is paused, disabled, or --beside-live is set', async () => {
  const live = { slug: 'logging', processEvent: () => undefined }
  const s = await scene({ plugins: [live] })
  const replica = await s.start()
  await s.publish([moved('x', 0, 'x0')])
  await s.caughtUp()
  const args = ['replay', '--plugin', 'logging', '--from', '1h', '--yes']
  const refused = await runCli(args, s)
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(refused.stderr).toContain('plugin logging is live')
  expect(refused.stderr).toContain('inventory-events plugins pause logging')
  expect(await s.ids()).toEqual([])
  expect(await s.replay('--from', '1h', '--yes', '--beside-live')).toContain('processed 1')
  await s.cli('plugins', 'pause', 'logging')
  expect(await s.replay('--from', '1h', '--yes')).toContain('processed 1')
  expect(await s.ids()).toEqual(['x0', 'x0'])
  await replica.stop()
})

describe('an unfinished replay', () => {
  const EVENTS = 30

  it('must be resumed or cancelled before another begins', async () => {
    const s = await scene({ settings: { DRAIN_TIMEOUT_MS: '1000' } })
    const args = ['replay', '--plugin', 'logging']
    const events = Array.from({ length: EVENTS }, (_, n) => moved(`e${n % 3}`, n, `${n}`))
    await s.publish(events)
    const begun = startCli([...args, '--from', '1h', '--yes', '--rate', '1'], s.env)
    await until(async () => (await s.ids()).length > 2, { what: 'the first events' })
    const busy = await runCli([...args, '--abandon'], s)
    expect(busy.stderr).toMatch(
      /has 1 member; one that was killed counts for up to 10 seconds more .*: stop what still runs it/,
    )
    begun.child.kill('SIGTERM')
    expect(await begun.ended).toBe(1)
    expect(begun.output.err).toContain('inventory-events replay --plugin logging --resume')
    const other = await runCli([...args, '--from', '1h'], s)
    expect(other.code).toBe(1)
    expect(other.stderr).toContain('is not finished')
    expect(other.stderr).toContain('--abandon')
    await s.replay('--resume', '--rate', '1000')
    const ids = (await s.ids()).map(Number)
    expect([...ids].sort((a, b) => a - b)).toEqual(events.map((_, n) => n))

    const again = startCli([...args, '--from', '1h', '--yes', '--rate', '3'], s.env)
    await until(async () => (await s.ids()).length > EVENTS, {
      what: 'an event of the next replay',
    })
    again.child.kill('SIGTERM')
    await again.ended
    expect(again.output.err).toMatch(/^stopping: running handlers may finish/)
    expect(await s.replay('--abandon')).toContain('cancelled')
    await untilNoneIsLeft(s.groupId)
    const nothing = await runCli([...args, '--resume'], s)
    expect(nothing.stderr).toBe('error: logging has no unfinished replay\n')
  })

  it('that was killed is cancelled when Kafka has dropped it, and says so until then', async () => {
    const s = await scene()
    const args = ['replay', '--plugin', 'logging']
    await s.publish(Array.from({ length: 10 }, (_, n) => moved('e', n, `${n}`)))
    const begun = startCli([...args, '--from', '1h', '--yes', '--rate', '1'], s.env)
    await until(async () => (await s.ids()).length > 0, { what: 'the first event' })
    begun.child.kill('SIGKILL')
    await begun.ended
    const early = await runCli([...args, '--abandon'], s)
    expect(early.stderr).toContain('one that was killed counts for up to 10 seconds more')
    await until(async () => (await runCli([...args, '--abandon'], s)).code === 0, {
      what: 'Kafka to drop the member that was killed',
    })
  })
})

it('of two that start at the same time, the first counts', async () => {
  const s = await scene()
  const kafka = serviceClient()
  const planBy = (by: string): ReplayPlan => ({
    ...{
      slug: 'logging',
      generation: 1,
      purpose: 'replay',
      carriedOutBy: 'command',
      state: 'running',
    },
    ...{ fromMs: 0, toMs: undefined, entity: undefined, kind: undefined },
    ...{ ranges: [], by, at: '', why: '' },
  })
  const begun = await Promise.allSettled(
    ['ann', 'bob'].map((by) => beginPlan(kafka, s.groupId, planBy(by))),
  )
  const plan = await readPlan(kafka, s.groupId, 'logging')
  const winner = begun.findIndex(({ status }) => status === 'fulfilled')
  expect(begun.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(plan?.by).toBe(['ann', 'bob'][winner])
})

describe('killed at random and resumed', () => {
  const EVENTS = 200
  const ENTITIES = 4

  it('has one effect for each event, in order, with the store postgres', async () => {
    const { query, settings } = await markedEffects()
    const s = await scene({ plugins: [marking], settings })
    const env = { ...s.env, ...settings, KAFKA_BROKERS: endpoints().brokers }
    const events = Array.from({ length: EVENTS }, (_, n) => moved(`e${n % ENTITIES}`, n, `${n}`))
    await s.publish(events)
    const effects = () =>
      query<{ event_id: string; key: string }>('select event_id, key from effects order by n')
    const base = ['replay', '--plugin', 'marking', '--rate', '60']
    for (const args of [['--from', '1h', '--yes'], ['--resume']]) {
      const before = (await effects()).length
      const killed = startCli([...base, ...args], env)
      const more = before + 1 + Math.floor(Math.random() * 30)
      await until(async () => (await effects()).length >= more, { what: `${more} effects` })
      killed.child.kill('SIGKILL')
      await killed.ended
    }
    // They share the rest, unless one of them starts when everything is done.
    const args = ['replay', '--plugin', 'marking', '--rate', '15', '--resume']
    const last = await Promise.all([runCli(args, { env }), runCli(args, { env })])
    const [late] = last.filter(({ code }) => code !== 0)
    expect(late?.stderr ?? '').toMatch(/^(error: marking has no unfinished replay\n)?$/)
    expect(last.some(({ code }) => code === 0)).toBe(true)
    const rows = await effects()
    for (let entity = 0; entity < ENTITIES; entity++) {
      const ids = rows
        .map(({ event_id }) => Number(event_id))
        .filter((n) => n % ENTITIES === entity)
      expect(ids).toEqual(events.map((_, n) => n).filter((n) => n % ENTITIES === entity))
    }
    expect(new Set(rows.map(({ key }) => key.split('/')[0]))).toEqual(
      new Set([`${s.groupId}.replay.marking.1`]),
    )
    await untilNoneIsLeft(s.groupId)
  })
})

/** Waits until no group and topic of a replay is left. A busy broker lists a deleted topic for a while. */
async function untilNoneIsLeft(groupId: string): Promise<void> {
  await withAdmin(async (admin) => {
    const isNoneLeft = async () => {
      const groups = (await admin.listGroups()).groups.map((group) => group.groupId)
      const names = [...groups, ...(await admin.listTopics())]
      return names.every((name) => !name.includes(`${groupId}.replay`))
    }
    await until(isNoneLeft, { what: `no replay of ${groupId} to be left` })
  })
}
