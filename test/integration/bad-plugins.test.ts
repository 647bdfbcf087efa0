import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { moved } from '../support/events.ts'
import { failureIn, pluginPath, serve } from '../support/serve.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'

const REFUSED = {
  'no-default': /no default export/,
  'no-handler': /^no-handler in .*processEvent/,
  'not-a-plugin': /expected definePlugin/,
  'syntax-error': /SyntaxError: .*, at .*syntax-error\.mjs:2$/,
  'throws-at-import': /TypeError: no connection to the warehouse, at .*throws-at-import\.ts:1:7$/,
  'never-loads': /expected it to load within 10000 ms/,
  'wrong-options': /^Wrong Options in .*timeoutMs/m,
  'wrong-where':
    /^wrong-where in .*where: data\.entty\.name: no field of inventory_events\.InventoryMoved, did you mean data\.entity\.name\?/,
  'same-slug-b': /^same-slug in .*slug is already used by .*same-slug-a\.ts$/,
  '../plugins/transactional': /^transactional in .*sql: expected IDEMPOTENCY_STORE/,
  absent: /file at .*absent\.ts, got nothing$/,
}
const RUN = ['filter-throws', 'mutates-the-event', 'same-slug-a', 'throws-type-error']
const good = [...RUN.map((name) => `bad-plugins/${name}`), 'plugins/noting'].map(pluginPath)

/** The files of the invalid plugins; the one that no linter may see is written here. */
async function refusedFiles(): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'plugins-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const syntaxError = join(folder, 'syntax-error.mjs')
  await writeFile(syntaxError, "export default {\n  slug 'syntax-error',\n}\n")
  return Object.keys(REFUSED).map((name) =>
    name === 'syntax-error' ? syntaxError : pluginPath(`bad-plugins/${name}`),
  )
}

it('does not start with invalid plugins: each is reported, and no event is committed', async () => {
  const refused = await refusedFiles()
  const s = await situation({ plugins: [], partitions: 1 })
  await s.publish([moved('ent_1', 1)])
  const PLUGINS = [...good, ...refused].join()
  const service = serve({ ...s.settings, PLUGINS, PLUGIN_FILTERS: '{"noting":{"exact":{"x":1}}}' })
  expect(await service.ended).toBe(1)
  const { msg, problems: lines = [] } = failureIn(service.output.err)
  expect(msg).toBe('service failed: invalid plugins')
  for (const [n, reason] of Object.values(REFUSED).entries()) {
    const its = lines.filter((line) => line.includes(refused[n] as string))
    expect(its.map((line) => line.replace('plugin ', '')).join('\n'), refused[n]).toMatch(reason)
  }
  expect(lines).toContainEqual(expect.stringMatching(/^PLUGIN_FILTERS: noting\.exact: x: /))
  expect(service.log().map(({ msg }) => msg)).not.toContain('started')
  // On a fresh broker the coordinator of a group that never was has to be made first.
  const offsets = await until(() => s.offsets().catch(() => undefined), { what: 'the offsets' })
  expect(offsets).toEqual([{ partition: 0, committed: 0, end: 1 }])
})

it('runs plugins whose handlers or filters fail beside the others', async () => {
  const s = await situation({ plugins: [], partitions: 1 })
  const service = serve({ ...s.settings, PLUGINS: good.join() })
  const { plugins: running } = await service.logged('started')
  expect(running).toEqual([...RUN.map((name) => name.replace('-a', '')), 'noting'])

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
