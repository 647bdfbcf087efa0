import { describe, expect, it } from 'vitest'
import type { Event } from '../../src/event/event.ts'
import { moved } from '../support/events.ts'
import { runCli } from '../support/run-cli.ts'
import { situation } from '../support/service-kit.ts'
import { uniqueName, until } from '../support/stack.ts'

/** Two plugins that record their calls, and commands for their group. */
async function scene(settings: Record<string, string> = {}) {
  const called: string[] = []
  const noting = (slug: string) => ({
    slug,
    title: slug,
    processEvent: ({ id }: Event) => void called.push(`${slug} ${id}`),
  })
  const s = await situation({ plugins: [noting('a'), noting('b')], settings })
  const env = { KAFKA_GROUP_ID: s.groupId }
  const cli = async (...args: string[]) => {
    const run = await runCli(args, { env })
    expect(run, run.stderr).toMatchObject({ code: 0 })
    return run.stdout
  }
  const calls = (count: number) =>
    until(() => called.length >= count && [...called].sort(), { what: `${count} calls` })
  return { ...s, called, cli, calls }
}

/** An event with this id, about an entity of its own. */
function event(id: string): Event {
  return moved(id, 0, id)
}

type Scene = Awaited<ReturnType<typeof scene>>

function switched(
  replicas: Awaited<ReturnType<Scene['start']>>[],
  state: string,
): Promise<unknown> {
  const has = (log: Record<string, unknown>[]) =>
    log.some((line) => line.msg === 'switch changed' && line.state === state)
  return until(() => replicas.every(({ log }) => has(log)), { what: `replicas to see ${state}` })
}

describe('a plugin', () => {
  it('that is disabled gets no events in any replica, also after a restart, until it is enabled', async () => {
    const s = await scene()
    const replicas = [await s.start(), await s.start()]
    await s.cli('plugins', 'disable', 'a', '--by', 'ann', '--why', 'it floods the vendor')
    await switched(replicas, 'disabled')
    await s.publish([event('one'), event('two')])
    expect(await s.calls(2)).toEqual(['b one', 'b two'])
    await s.caughtUp()
    for (const replica of replicas) await replica.stop()

    const again = await s.start()
    const change = { plugin: 'a', state: 'disabled', by: 'ann', why: 'it floods the vendor' }
    expect(again.log).toContainEqual(
      expect.objectContaining({ level: 'warn', switched: [expect.objectContaining(change)] }),
    )
    expect(again.log.filter(({ msg }) => msg === 'switch changed')).toEqual([])
    await s.publish([event('three')])
    await s.caughtUp()
    await s.cli('plugins', 'enable', 'a')
    await switched([again], 'enabled')
    await s.publish([event('four')])
    expect(await s.calls(5)).toEqual(['a four', 'b four', 'b one', 'b three', 'b two'])
    await s.caughtUp()
  })

  it('that is paused gets its events when it is resumed', async () => {
    const s = await scene()
    const replica = await s.start()
    const said = await s.cli('plugins', 'pause', 'a')
    expect(said).toContain(`a: paused in group ${s.groupId}\nIts events wait.`)
    await switched([replica], 'paused')
    await s.publish([event('one'), event('two')])
    expect(await s.calls(2)).toEqual(['b one', 'b two'])
    await replica.stop()
    expect((await s.offsets()).some(({ committed, end }) => committed !== end)).toBe(true)

    const again = await s.start()
    await s.cli('plugins', 'resume', 'a')
    await switched([again], 'enabled')
    await s.caughtUp()
    expect(s.called.filter((call) => call.startsWith('a '))).toHaveLength(2)
  })
})

it('events are switched off and on for all plugins', async () => {
  const s = await scene({ EVENTS_ENABLED: 'false' })
  expect(await s.cli('events', 'on')).toBe(`events: on for group ${s.groupId}\n`)
  const replica = await s.start()
  await s.publish([event('one')])
  expect(await s.calls(2)).toEqual(['a one', 'b one'])
  await s.cli('events', 'off', '--by', 'ann', '--why', 'stocktaking')
  await switched([replica], 'off')
  await s.publish([event('two')])
  await s.caughtUp()
  expect(s.called).toHaveLength(2)
  expect(await s.cli('events', 'status')).toMatch(
    /^EVENTS +BY +AT +WHY\noff +ann +\d{4}-\S+Z +stocktaking\n$/,
  )
})

it('--states prints who switched what, when and why', async () => {
  const s = await scene()
  await s.cli('plugins', 'pause', 'cold-chain', '--by', 'bob', '--why', 'maintenance')
  await s.cli('plugins', 'disable', 'a', '--by', 'ann')
  expect(await s.cli('plugins', 'list', '--states')).toMatch(
    /^PLUGIN +STATE +BY +AT +WHY\na +disabled +ann +\S+Z +-\ncold-chain +paused +bob +\S+Z +maintenance\n$/,
  )
  await s.cli('events', 'off')
  expect(await s.cli('plugins', 'list', '--states')).toMatch(
    /^PLUGIN .*\na +events off \(else disabled\) +ann +\S+Z +-\ncold-chain +events off \(else paused\) +bob +\S+Z +maintenance\n$/,
  )
})

describe('an error is reported for', () => {
  const plugins = ['disable', 'picki']

  it('an unknown slug', async () => {
    const { groupId } = await scene()
    const env = { PLUGINS: './examples/plugins/picky.ts', KAFKA_GROUP_ID: groupId }
    expect(await runCli(['plugins', ...plugins], { env })).toMatchObject({
      code: 1,
      stderr:
        'error: no plugin of PLUGINS has the slug picki, and none with it was ever switched; did you mean picky?\n',
    })
  })

  it('a group without a control topic', async () => {
    const group = uniqueName('nobody')
    const run = await runCli(['plugins', ...plugins], { env: { KAFKA_GROUP_ID: group } })
    expect(run).toMatchObject({
      code: 1,
      stderr: `error: ${group}.control: topic does not exist; create it with "inventory-events topics create"\n`,
    })
  })
})
