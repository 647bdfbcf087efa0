import { randomUUID } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { moved } from '../support/events.ts'
import { markedEffects } from '../support/marked-effects.ts'
import logging from '../support/plugins/logging.ts'
import marking from '../support/plugins/marking.ts'
import { recorder } from '../support/recorder.ts'
import { runCli } from '../support/run-cli.ts'
import { pluginPath } from '../support/serve.ts'
import { situation } from '../support/service-kit.ts'
import { kafkaClient, until } from '../support/stack.ts'
import { startCli } from '../support/start-cli.ts'

const ENTITIES = 4
const BATCH = 4
const PAUSE_MS = 200

/** A group with two replicas, in which `marking` records its effects in Postgres. */
async function scene() {
  const { query, settings } = await markedEffects()
  const other = recorder(undefined, 'other')
  const s = await situation({ plugins: [marking, other.plugin], settings })
  async function ids(): Promise<number[]> {
    const rows = await query<{ event_id: string }>('select event_id from effects order by n')
    return rows.map(({ event_id }) => Number(event_id))
  }
  async function cli(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await runCli(args, { env: s.settings })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return stdout
  }
  const keys = () =>
    query<{ key: string }>('select distinct split_part(key, $1, 1) as key from effects', ['/'])
  return { ...s, other, ids, cli, keys, env: s.settings }
}

/** A group with the store kafka, in which `logging` records its calls in a file. */
async function loggingScene() {
  const notes = join(tmpdir(), `notes-${randomUUID()}`)
  vi.stubEnv('NOTES', notes)
  onTestFinished(() => rm(notes, { force: true }))
  const settings = { PLUGINS: pluginPath('plugins/logging') }
  const s = await situation({ plugins: [logging], store: 'kafka:', settings })
  const env = { ...s.settings, NOTES: notes }
  async function ids(): Promise<number[]> {
    const text = await readFile(notes, 'utf8').catch(() => '')
    return text.split('\n').flatMap((line) => (line === '' ? [] : [Number(line.split(' ')[0])]))
  }
  return { ...s, ids, env }
}

function expectEachOnceInOrder(ids: readonly number[], count: number): void {
  expect(ids).toHaveLength(count)
  for (let entity = 0; entity < ENTITIES; entity++) {
    const own = ids.filter((n) => n % ENTITIES === entity)
    expect(own).toEqual(own.map((_, n) => n * ENTITIES + entity))
  }
}

/** Publishes until it is stopped. Returns the number of events. */
async function load(s: Pick<Awaited<ReturnType<typeof situation>>, 'topic' | 'record'>) {
  const producer = kafkaClient().producer({ idempotent: true })
  await producer.connect()
  let count = 0
  let isOn = true
  const done = (async () => {
    while (isOn) {
      const numbers = Array.from({ length: BATCH }, () => count++)
      const messages = numbers.map((n) => s.record(moved(`e${n % ENTITIES}`, n, `${n}`)))
      await producer.send({ topic: s.topic, messages })
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  })()
  async function stop(): Promise<number> {
    isOn = false
    await done
    await producer.disconnect()
    return count
  }
  return { count: () => count, stop }
}

it('a disabled plugin catches up and continues live: each event once, in order, under load', {
  timeout: 400_000,
}, async () => {
  const s = await scene()
  const replicas = [await s.start(), await s.start()]
  const events = await load(s)
  await until(async () => (await s.ids()).length > 0, { what: 'effects before it is disabled' })
  await s.cli('plugins', 'disable', 'marking')
  const missedFrom = events.count()
  await until(() => events.count() > missedFrom + 30, { what: 'missed events' })

  const args = ['plugins', 'enable', 'marking', '--from', '1h']
  expect(await s.cli(...args)).toMatch(/Dry run\. Add --yes to deliver these events\.\n$/)
  const before = (await s.ids()).length
  const killed = startCli([...args, '--yes', '--rate', '30'], s.env)
  await until(async () => (await s.ids()).length > before + 5, {
    what: 'effects of missed events',
  })
  killed.child.kill('SIGKILL')
  await killed.ended
  const pausing = startCli([...args, '--yes'], s.env)
  await until(() => pausing.output.out.includes('marking: paused'), { what: 'the pause' })
  pausing.child.kill('SIGKILL')
  await pausing.ended

  const said = await s.cli(...args, '--yes')
  expect(said).toContain(', started by')
  expect(said).toContain('marking: paused; its live events wait until the rest is delivered')
  expect(said).toMatch(/marking: enabled in group \S+\n$/)
  const liveFrom = events.count()
  await until(async () => (await s.ids()).some((n) => n > liveFrom), { what: 'live effects' })
  const count = await events.stop()
  await until(async () => (await s.ids()).length >= count, { what: 'all effects' })
  await s.caughtUp()
  for (const replica of replicas) await replica.stop()

  expectEachOnceInOrder(await s.ids(), count)
  expect(await s.keys()).toEqual([{ key: s.groupId }])
  expect(s.other.seen).toHaveLength(count)
})

it('catches up with the store kafka, though replicas have no marks of those events', async () => {
  const s = await loggingScene()
  const replicas = [await s.start(), await s.start()]
  const events = await load(s)
  await until(async () => (await s.ids()).length > 0, { what: 'calls before it is disabled' })
  const disabled = await runCli(['plugins', 'disable', 'logging'], s)
  expect(disabled).toMatchObject({ code: 0 })
  const args = ['plugins', 'enable', 'logging', '--from', '1h', '--yes']
  expect(await runCli(args, s)).toMatchObject({ code: 0, stderr: '' })
  const liveFrom = events.count()
  await until(async () => (await s.ids()).some((n) => n > liveFrom), { what: 'live calls' })
  const count = await events.stop()
  await until(async () => (await s.ids()).length >= count, { what: 'all calls' })
  await s.caughtUp()
  for (const replica of replicas) await replica.stop()
  expectEachOnceInOrder(await s.ids(), count)
})

it('reports that there is nothing to catch up on', async () => {
  const s = await scene()
  const args = ['plugins', 'enable', 'marking', '--from', '1h', '--yes']
  const enabled = await runCli(args, { env: s.env })
  expect(enabled.code).toBe(1)
  expect(enabled.stderr).toContain('--from: expected a disabled plugin, but marking is enabled')
  await s.cli('plugins', 'pause', 'marking')
  const paused = await runCli(args, { env: s.env })
  expect(paused.stderr).toContain('"plugins resume marking" delivers the events that wait')
  await s.cli('events', 'off')
  const off = await runCli(args, { env: s.env })
  expect(off.stderr).toContain('events are off')
})

it('ends when the plugin is disabled, and leaves it disabled when it is cancelled', async () => {
  const s = await loggingScene()
  const replica = await s.start()
  const cli = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCli(args, s)
    return { code, said: stdout + stderr }
  }
  expect(await cli('plugins', 'disable', 'logging')).toMatchObject({ code: 0 })
  const skipped = async () => (await replica.metric('plugin_state{state="disabled"}')) === 1
  await until(skipped, { what: 'the replica to see it' })
  const missed = Array.from({ length: 40 }, (_, n) => moved(`e${n % ENTITIES}`, n, `${n}`))
  await s.publish(missed)
  await s.caughtUp()
  expect(await s.ids()).toEqual([])

  const refused = await cli('plugins', 'resume', 'logging')
  expect(refused).toMatchObject({ code: 1, said: expect.stringContaining('not paused') })
  const args = ['plugins', 'enable', 'logging', '--from', '1h', '--yes', '--rate', '1']
  const catching = startCli(args, s.env)
  await until(async () => (await s.ids()).length > 0, { what: 'the first that it missed' })
  expect(await cli('plugins', 'disable', 'logging', '--by', 'bob')).toMatchObject({ code: 0 })
  expect(await catching.ended).toBe(1)
  expect(catching.output.err).toContain('was switched to disabled by bob in the meantime')

  expect((await cli('plugins', 'list', '--states')).said).toMatch(
    /^logging +disabled, catching up +bob +/m,
  )
  for (const command of ['enable', 'resume', 'pause']) {
    const { code, said } = await cli('plugins', command, 'logging')
    expect({ code, said }).toEqual({ code: 1, said: expect.stringContaining('is catching up') })
  }
  const given = await cli('replay', '--plugin', 'logging', '--abandon')
  expect(given).toMatchObject({ code: 0, said: expect.stringContaining('the plugin is disabled') })
  expect(await cli('plugins', 'enable', 'logging')).toMatchObject({ code: 0 })
})
