import { expect, it } from 'vitest'
import { moved, pluginEvent } from '../support/events.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'

it('skips events while EVENTS_ENABLED is false, and does not deliver them later', async () => {
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
  expect(disabled.log).toContainEqual(
    expect.objectContaining({ level: 'warn', msg: expect.stringContaining('EVENTS_ENABLED') }),
  )
  await disabled.stop()

  const later = moved('ent_1')
  await s.start()
  await s.publish([later])
  await s.caughtUp()
  expect(ids()).toEqual([later.id])
})
