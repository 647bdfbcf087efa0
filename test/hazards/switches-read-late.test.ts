import { appendFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { controlTopicOf } from '../../src/topics/names.ts'
import { recorder } from '../support/recorder.ts'
import { runCli } from '../support/run-cli.ts'
import { pluginPath } from '../support/serve.ts'
import { situation } from '../support/service-kit.ts'
import { HOLDS_MS, until } from '../support/stack.ts'
import { steadyNotes } from '../support/steady-notes.ts'
import { openKafkaLink } from './kafka-link.ts'

const ENTITIES = 12
const TIMEOUT_MS = 240_000

/** A replica that does not hear of switches from now on until `hears` is called, in a group where `steady` is disabled. */
async function scene(store: 'memory:' | 'kafka:') {
  const notes = steadyNotes()
  const note = (what: string, id: string) => {
    appendFileSync(notes.file, `${what} ${id} ${process.pid}\n`)
  }
  /** In the command it is `plugins/steady.ts`. */
  const steady: Plugin = {
    slug: 'steady',
    processEvent({ id }) {
      note('begin', id)
      note('end', id)
    },
  }
  const other = recorder(undefined, 'other')
  const settings = { PLUGINS: pluginPath('plugins/steady') }
  const s = await situation({ plugins: [steady, other.plugin], store, settings, registered: true })
  const cli = async (...args: string[]) => {
    const { code, stderr } = await runCli(args, { env: { ...s.settings, NOTES: notes.file } })
    expect({ code, stderr }).toMatchObject({ code: 0 })
  }
  const link = await openKafkaLink()
  const replica = await link.through(() => s.start())
  await cli('plugins', 'disable', 'steady')
  const isDisabled = async () => (await replica.metric('plugin_state{state="disabled"}')) === 1
  await until(isDisabled, { what: 'the replica to see it' })
  await s.publish(notes.next(ENTITIES, 2))
  await s.caughtUp()

  const heard = Promise.withResolvers<void>()
  const control = controlTopicOf(s.groupId)
  link.onAnswer = async ({ api, frame }, answer) => {
    if (api === 'list-offsets' && frame.includes(control)) await heard.promise
    return answer
  }
  return {
    ...{ ...s, notes, other, cli },
    hears: () => heard.resolve(),
    committed: async () => (await s.offsets()).map(({ committed }) => committed),
    skips: (count: number) =>
      until(async () => (await replica.metric('events_skipped_total')) === count, {
        what: `${count} events to be skipped`,
        timeoutMs: HOLDS_MS,
      }),
    allHandled: () =>
      until(async () => (await notes.handled()) === notes.total(), {
        what: 'all events to be handled',
        timeoutMs: HOLDS_MS,
      }),
  }
}

describe.each(['kafka:', 'memory:'] as const)('with the store %s', (store) => {
  it('a replica that hears late that a plugin continues gives it the events that it had skipped', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const s = await scene(store)
    const before = await s.committed()
    await s.cli('plugins', 'enable', 'steady', '--from', '1h', '--yes')
    expect(await s.notes.handled()).toBe(s.notes.total())
    await s.publish(s.notes.next(ENTITIES, 2))
    await s.skips(s.notes.total())
    await until(() => s.other.seen.length === s.notes.total(), { what: 'the other plugin' })
    expect(await s.committed()).toEqual(before)

    s.hears()
    await s.allHandled()
    await s.caughtUp()
    await s.notes.expectPromises(new Set())
    expect(s.other.seen).toHaveLength(s.notes.total())
  })

  it('a replica that hears nothing hands over what it has skipped', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const s = await scene(store)
    await s.cli('plugins', 'enable', 'steady', '--from', '1h', '--yes')
    await s.publish(s.notes.next(ENTITIES, 2))
    await s.skips(s.notes.total())
    await s.start()
    const isShared = async () => (await s.members()).filter(({ length }) => length > 0).length === 2
    await until(isShared, { what: 'two replicas to share the partitions' })
    s.hears()
    await s.allHandled()
    await s.caughtUp()
    await s.notes.expectPromises(new Set())
  })
})
