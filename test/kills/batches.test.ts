import { randomUUID } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { Explanation } from '../../src/explain/explanation.ts'
import { moved } from '../support/events.ts'
import { runCli } from '../support/run-cli.ts'
import { pluginPath, serve } from '../support/serve.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'

const PARTITIONS = 4
const ENTITIES = 12
const EVENTS_EACH = 20
const ROUNDS = 4
const TIMEOUT_MS = 240_000

/** A group whose plugin takes batches, in processes of their own, and what its calls wrote down. */
async function scene() {
  const file = join(tmpdir(), `batches-${randomUUID()}`)
  const mended = `${file}-mended`
  onTestFinished(() => Promise.all([file, mended].map((each) => rm(each, { force: true }))).then())
  const s = await situation({
    plugins: [],
    partitions: PARTITIONS,
    store: 'kafka:',
    settings: {
      PLUGINS: pluginPath('plugins/batching'),
      SESSION_TIMEOUT_MS: '6000',
      NOTES: file,
      MENDED: mended,
    },
  })
  const calls = async (): Promise<string[][]> => {
    const text = await readFile(file, 'utf8').catch(() => '')
    return text.split('\n').flatMap((line) => (line === '' ? [] : [line.split(' ')]))
  }
  const handled = async () => (await calls()).flat()
  async function cli(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await runCli(args, { env: s.settings })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return stdout
  }
  async function outcomesOf(id: string) {
    const { records } = JSON.parse(await cli('explain', id, '--json')) as Explanation
    return JSON.stringify(records.map(({ plugins }) => plugins))
  }
  return { ...s, calls, handled, cli, outcomesOf, mend: () => writeFile(mended, '') }
}

const idOf = (entity: number, n: number) => `e${entity}-${n}`

it(
  'takes batches on a real Kafka while replicas join and are killed, and redrives, replays and explains their events',
  async () => {
    const s = await scene()
    const start = () => serve(s.settings)
    const replicas = [start()]
    await replicas[0]!.logged('started')
    for (let round = 0; round < ROUNDS; round += 1) {
      const events = Array.from({ length: ENTITIES * EVENTS_EACH }, (_, n) => {
        const step = round * EVENTS_EACH + Math.floor(n / ENTITIES)
        return moved(`e${n % ENTITIES}`, step, idOf(n % ENTITIES, step))
      })
      await s.publish(events)
      const seen = await s.handled()
      await until(async () => (await s.handled()).length > seen.length, {
        what: 'some to be handled',
      })
      if (round % 2 === 0) replicas.push(start())
      else replicas.shift()!.kill('SIGKILL')
    }
    await s.caughtUp(TIMEOUT_MS)
    const handled = await s.handled()
    for (let entity = 0; entity < ENTITIES; entity += 1) {
      const own = handled.filter((id) => id.startsWith(`e${entity}-`))
      const all = Array.from({ length: ROUNDS * EVENTS_EACH }, (_, n) => idOf(entity, n))
      // Each at least once, and for the first time in order: what a killed replica had is only repeated.
      expect([...new Set(own)]).toEqual(all)
    }
    expect((await s.calls()).some((ids) => ids.length > 1)).toBe(true)

    const others = [0, 1, 2].map((n) => moved(`f${n}`, 0, `f${n}-0`))
    await s.publish([...others, moved('bad1', 0, 'bad1-0'), moved('bad1', 1, 'bad1-1')])
    await s.caughtUp(TIMEOUT_MS)
    expect((await s.letters()).map(({ headers }) => headers['dlq.reason'])).toEqual([
      'exhausted',
      'exhausted',
    ])
    const after = (await s.handled()).slice(handled.length)
    expect(after.sort()).toEqual(['f0-0', 'f1-0', 'f2-0'])
    expect(await s.outcomesOf('bad1-0')).toContain('it is broken')
    expect(await s.outcomesOf('f0-0')).toContain('processed')

    await s.mend()
    await s.cli('dead-letters', 'redrive', '--yes')
    const redriven = async () =>
      (await s.handled()).filter((id) => id.startsWith('bad')).join(' ') === 'bad1-0 bad1-1'
    await until(redriven, { what: 'the redriven events to be handled, in order' })
    await until(async () => (await s.outcomesOf('bad1-0')).includes('processed'), {
      what: 'explain to know how the redriven event ended',
    })

    await s.cli('plugins', 'pause', 'batching')
    const before = (await s.handled()).length
    const args = ['--plugin', 'batching', '--from', '1h', '--rate', '100000', '--yes']
    const total = ENTITIES * EVENTS_EACH * ROUNDS + 5
    expect(await s.cli('replay', ...args)).toContain(`processed ${total}`)
    const replayed = (await s.handled()).slice(before)
    expect(new Set(replayed).size).toBe(total)
    for (let entity = 0; entity < ENTITIES; entity += 1) {
      const own = replayed.filter((id) => id.startsWith(`e${entity}-`))
      expect(own).toEqual(Array.from({ length: own.length }, (_, n) => idOf(entity, n)))
    }
  },
  TIMEOUT_MS,
)
