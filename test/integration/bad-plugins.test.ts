import { expect, it } from 'vitest'
import { moved } from '../support/events.ts'
import { pluginPath, serve } from '../support/serve.ts'
import { situation } from '../support/service-kit.ts'

const REFUSED = {
  'no-default': /./,
  'no-handler': /processEvent/,
  'not-a-plugin': /./,
  'throws-at-import': /TypeError: no connection to the warehouse/,
  'never-loads': /expected it to load within 10000 ms/,
  'wrong-options': /timeoutMs/,
  'wrong-where':
    /wrong-where .*where: data\.entty\.name: no field of inventory_events\.InventoryMoved, did you mean data\.entity\.name\?/,
  'same-slug-b': /same-slug-a\.ts has it too/,
}
const RUN = ['filter-throws', 'mutates-the-event', 'same-slug-a', 'throws-type-error']

it('reports each invalid plugin by file and slug, and runs the others', async () => {
  const s = await situation({ plugins: [], partitions: 1 })
  const bad = [...RUN, ...Object.keys(REFUSED)].map((name) => pluginPath(`bad-plugins/${name}`))
  const plugins = [...bad, pluginPath('plugins/noting')]
  const service = serve({ ...s.settings, PLUGINS: plugins.join() })
  const { plugins: running } = await service.logged('started')
  expect(running).toEqual([...RUN.map((name) => name.replace('-a', '')), 'noting'])
  const errors = service.log().filter(({ level }) => level === 'error')
  for (const [name, reason] of Object.entries(REFUSED)) {
    const its = errors.filter(({ msg }) => msg.includes(pluginPath(`bad-plugins/${name}`)))
    expect(its.map(({ msg }) => msg).join(), name).toMatch(reason)
  }

  const events = [moved('ent_1', 1), moved('ent_1', 2)]
  await s.publish(events)
  await s.caughtUp()
  const noted = service.log().filter(({ msg }) => msg === 'noted')
  expect(noted.map(({ id }) => id)).toEqual(events.map(({ id }) => id))
  const letters = (await s.letters()).map(({ headers }) => headers)
  const reasons = letters.map((each) => `${each['dlq.plugin']}: ${each['dlq.error']}`)
  expect(new Set(reasons)).toEqual(
    new Set([
      'filter-throws: wantsProcessEvent: no opinion on inventory.moved',
      expect.stringMatching(/^mutates-the-event: .*read only/),
      expect.stringMatching(/^throws-type-error: Cannot read properties of undefined/),
    ]),
  )
  expect(letters).toHaveLength(6)

  service.kill('SIGTERM')
  expect(await service.ended).toBe(0)
})
