import { describe, expect, it } from 'vitest'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { moved } from '../support/events.ts'
import transactional from '../support/plugins/transactional.ts'
import { database } from '../support/postgres.ts'
import { recorder } from '../support/recorder.ts'
import { runCli } from '../support/run-cli.ts'
import { type SituationOptions, situation } from '../support/service-kit.ts'
import { endpoints, until } from '../support/stack.ts'
import { startCli } from '../support/start-cli.ts'

const retry = { maxAttempts: 1, initialDelayMs: 1, maxDelayMs: 1 }

/** A plugin that fails on everything until it is fixed. It records the events that it handles. */
function broken(slug = 'broken') {
  const state = { isMended: false, calls: [] as string[] }
  const plugin: Plugin = {
    slug,
    retry,
    processEvent(event) {
      if (!state.isMended) throw new Error('no answer from the vendor')
      state.calls.push(event.id)
    },
  }
  return { plugin, state }
}

async function scene(options: SituationOptions) {
  const s = await situation(options)
  const env = { KAFKA_TOPICS: s.topic, KAFKA_GROUP_ID: s.groupId }
  async function redrive(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await runCli(['dead-letters', 'redrive', ...args], { env })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return stdout
  }
  const lettersAre = (count: number) =>
    until(async () => (await s.letters()).length === count, { what: `${count} dead letters` })
  return { ...s, env, redrive, lettersAre }
}

describe('dead-letters redrive', () => {
  it('delivers events to the plugin that failed on them, in order with live ones, once', async () => {
    const { plugin, state } = broken()
    const other = recorder(undefined, 'other')
    const s = await scene({ plugins: [plugin, other.plugin], store: 'kafka:' })
    await s.start()
    const early = [0, 1, 2].flatMap((n) => ['x', 'y'].map((e) => moved(e, n, `${e}${n}`)))
    await s.publish(early)
    await s.lettersAre(6)

    const preview = await s.redrive()
    expect(preview).toContain('6 to redrive, 0 redriven before\n  broken exhausted: 6\n')
    expect(preview).toContain('Dry run. Add --yes to redrive these 6.')
    expect(await s.redrive('--entity', 'z')).toBe('0 to redrive, 0 redriven before\n')

    state.isMended = true
    await s.publish([moved('x', 3, 'x3')])
    const sent = s.redrive('--yes')
    await s.publish([moved('x', 4, 'x4')])
    expect(await sent).toBe('6 redriven, 0 redriven before\n')
    await until(() => state.calls.length === 8, { what: 'the redriven and the live events' })
    const of = (entity: string) => state.calls.filter((id) => id.startsWith(entity))
    expect(of('y')).toEqual(['y0', 'y1', 'y2'])
    expect(of('x').filter((id) => id < 'x3')).toEqual(['x0', 'x1', 'x2'])
    expect(of('x').filter((id) => id >= 'x3')).toEqual(['x3', 'x4'])
    expect(await s.redrive('--yes')).toBe('0 redriven, 6 redriven before\n')
    expect(other.ids()).toHaveLength(8)
    expect(state.calls).toHaveLength(8)
  })

  it('counts redrives: an event that is dead-lettered again can be redriven again', async () => {
    const { plugin, state } = broken()
    const s = await scene({ plugins: [plugin], store: 'kafka:' })
    await s.start()
    await s.publish([moved('x', 0, 'x0')])
    await s.lettersAre(1)
    expect(await s.redrive('--yes')).toBe('1 redriven, 0 redriven before\n')
    await s.lettersAre(2)
    const again = (await s.letters()).map(({ headers }) => headers)
    expect(again.map((headers) => headers['dlq.redrives'])).toEqual([undefined, '1'])
    expect(again[1]!['dlq.topic']).toBe(s.topic)
    state.isMended = true
    expect(await s.redrive('--yes')).toBe('1 redriven, 1 redriven before\n')
    await until(() => state.calls.length === 1, { what: 'the event' })
  })

  it('does not affect another group that reads the same topic', async () => {
    const { plugin, state } = broken()
    const s = await scene({ plugins: [plugin] })
    const theirs = recorder(undefined, 'broken')
    const there = { KAFKA_GROUP_ID: `${s.groupId}.b` }
    await runCli(['topics', 'create', s.topic, '--partitions', '3'], {
      env: { ...s.env, ...there },
    })
    await s.start()
    await s.start(there, [theirs.plugin])
    await s.publish([moved('x', 0, 'x0')])
    await s.lettersAre(1)
    await until(() => theirs.ids().length === 1, { what: 'the other group' })
    state.isMended = true
    await s.redrive('--yes')
    await until(() => state.calls.length === 1, { what: 'the redriven event' })
    await s.publish([moved('x', 1, 'x1')])
    await until(() => theirs.ids().includes('x1'), { what: 'the other group' })
    expect(theirs.ids()).toEqual(['x0', 'x1'])
  })
})

const EVENTS = 40

describe('killed halfway and run again, it sends each once, in order', {
  timeout: 400_000,
}, () => {
  /** Redrives slowly, kills the command, and runs it again. */
  async function killAndResume(
    s: Awaited<ReturnType<typeof scene>>,
    isBegun: () => Promise<boolean>,
  ) {
    const args = ['dead-letters', 'redrive', '--yes', '--rate', '5']
    const settings = { KAFKA_BROKERS: endpoints().brokers, ...s.env }
    const killed = startCli(args, settings)
    await until(isBegun, { what: 'the first redriven events' })
    killed.child.kill('SIGKILL')
    await killed.ended
    expect(killed.output.out).toBe('')
    const said = await s.redrive('--yes', '--rate', '1000')
    const [, sent, before] = /^(\d+) redriven, (\d+) redriven before\n$/.exec(said) ?? []
    expect(Number(before)).toBeGreaterThan(0)
    expect(Number(sent)).toBeGreaterThan(0)
    expect(Number(sent) + Number(before)).toBe(EVENTS)
  }

  const events = Array.from({ length: EVENTS }, (_, n) => {
    return moved(`ent_${n % 4}`, n, `e${String(n).padStart(3, '0')}`)
  })

  it('with the store kafka', async () => {
    const { plugin, state } = broken()
    const s = await scene({ plugins: [plugin], store: 'kafka:' })
    await s.start()
    await s.publish(events)
    await s.lettersAre(EVENTS)
    state.isMended = true
    await killAndResume(s, async () => state.calls.length > 3)
    await until(() => state.calls.length >= EVENTS, { what: 'all events' })
    for (const entity of [0, 1, 2, 3]) {
      const isOf = (id: string) => Number(id.slice(1)) % 4 === entity
      const expected = events.map(({ id }) => id).filter(isOf)
      expect(state.calls.filter(isOf)).toEqual(expected)
    }
  })

  it('with effects in Postgres', async () => {
    const { url, query } = await database()
    await query('create table effects (n serial, event_id text, owner text)')
    await query('create table gates (name text)')
    const failing: Plugin = {
      slug: transactional.slug,
      retry,
      processEvent() {
        throw new Error('no answer from the vendor')
      },
    }
    const settings = { IDEMPOTENCY_STORE: url }
    const s = await scene({ plugins: [failing], settings })
    const service = await s.start()
    await s.publish(events)
    await s.lettersAre(EVENTS)
    await service.stop()
    const replicas = await Promise.all([s.start({}, [transactional]), s.start({}, [transactional])])
    const ids = async () => {
      const rows = await query<{ event_id: string }>('select event_id from effects order by n')
      return rows.map(({ event_id }) => event_id)
    }
    await killAndResume(s, async () => (await ids()).length > 3)
    await replicas[0].stop()
    await until(async () => (await ids()).length >= EVENTS, { what: 'all effects' })
    for (const entity of [0, 1, 2, 3]) {
      const isOf = (id: string) => Number(id.slice(1)) % 4 === entity
      expect((await ids()).filter(isOf)).toEqual(events.map(({ id }) => id).filter(isOf))
    }
  })
})
