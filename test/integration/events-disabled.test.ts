import { expect, it } from 'vitest'
import { moved, pluginEvent } from '../support/events.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'

it('skips events while EVENTS_ENABLED is false, logs and counts them, and does not deliver them later', async () => {
  const { plugin, ids } = recorder()
  const asked: string[] = []
  const wantsProcessEvent = (name: string) => asked.push(name) > 0
  const s = await situation({ plugins: [{ ...plugin, wantsProcessEvent }] })
  await s.publish([moved('ent_1'), pluginEvent('stockitem.moved')])
  await s.produce([{ key: 'ent_1', value: 'poison' }])
  const disabled = await s.start({ EVENTS_ENABLED: 'false' })
  await s.caughtUp()
  expect(asked).toEqual([])
  expect(await s.letters()).toEqual([])
  expect(await disabled.metric('records_consumed_total')).toBe(3)
  expect(await disabled.metric('deliveries_total')).toBe(0)
  expect(
    await disabled.metric(`events_skipped_total{plugin="${plugin.slug}",why="events-off"}`),
  ).toBe(3)
  expect(await disabled.metric('plugin_state{state="events-off"}')).toBe(1)
  const ready = await fetch(`http://127.0.0.1:${disabled.httpPort}/readyz`)
  expect(ready.status).toBe(200)
  const note = expect.stringMatching(/^off: they are skipped and committed/)
  expect(await ready.json()).toMatchObject({
    checks: expect.arrayContaining([{ name: 'events', ok: true, note }]),
  })
  await disabled.stop()
  const warnings = disabled.log.filter(({ level }) => level === 'warn')
  expect(warnings).toContainEqual(
    expect.objectContaining({ msg: expect.stringMatching(/^events: off: they are skipped/) }),
  )
  expect(warnings).toContainEqual(
    expect.objectContaining({ plugin: plugin.slug, why: 'events-off', events: 3 }),
  )

  const later = moved('ent_1')
  await s.start()
  await s.publish([later])
  await s.caughtUp()
  expect(ids()).toEqual([later.id])
})
