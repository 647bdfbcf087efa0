import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { startCli } from '../../../support/start-cli.ts'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'certify-')))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The rows are in a module of their own: a process that is killed does not take them with it. */
write('rows.ts', 'export const rows: string[] = []')
write(
  'rows.probe.ts',
  `import { rows } from './rows.ts'
   export const probe = () => rows.toSorted()
   export const reset = () => rows.splice(0)`,
)
write(
  'inserts.ts',
  `import { definePlugin } from 'inventory-events'
   import { rows } from './rows.ts'
   export { probe, reset } from './rows.probe.ts'
   export default definePlugin({
     slug: 'inserts',
     wants: ['inventory.wasted'],
     processEvent: ({ entityId }) => void rows.push(entityId),
   })`,
)
write(
  'numbers.ts',
  `import { definePlugin } from 'inventory-events'
   import { rows } from './rows.ts'
   let count = 0
   export default definePlugin({
     slug: 'numbers',
     wants: ['inventory.wasted'],
     processEvent: ({ id }) => void (rows.some((row) => row.startsWith(id)) || rows.push(id + ' ' + ++count)),
   })`,
)
write(
  'upserts.ts',
  `import { definePlugin } from 'inventory-events'
   import { rows } from './rows.ts'
   export default definePlugin({
     slug: 'upserts',
     wants: ['inventory.wasted'],
     processEvent: async ({ id }) => void (rows.includes(id) || rows.push(id)),
   })`,
)

describe('plugins certify', () => {
  it('finds a plugin that is not idempotent, and shows how', async () => {
    const { code, out, err } = await certify('./inserts.ts')
    expect({ code, err }).toEqual({ code: 1, err: '' })
    expect(out).toMatch(
      /^inserts: not idempotent: what is left differs from a run without disturbance\n\(--seed 1, run 1; this is the smallest sequence found that shows it\)\n\nWhat was done\n {2}1\. (evt_\d+) {2}inventory.wasted of (ent_\d); the process is killed after its handler has returned, before that is recorded\n {2}2\. a new process continues with \1, the first that was not committed\n\nWhat was expected, as without crashes and duplicates, and what was seen\n {2}where {5}expected {2}seen\n {2}probe\[1\] {2}nothing {3}'\2'\n\nThe events, a JSON object a line\n\{"id":"\1","kind":"inventory.wasted",.*"entityId":"\2".*\}\n$/,
    )
  })

  it('finds one that relies on a variable, because a new process loads its file anew', async () => {
    const { code, out } = await certify('./numbers.ts', '--probe', './rows.probe.ts')
    expect(code).toBe(1)
    expect(out).toContain('numbers: not idempotent')
  })

  it('passes one that is idempotent', async () => {
    const { code, out, err } = await certify('./upserts.ts', '--probe', './rows.probe.ts')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^upserts: certified\n {2}runs {9}100, each with and without disturbance\n/)
    expect(out).toContain('  outcomes     1200 processed\n')
    expect(out).toContain(
      '  compared     the probe, state, published events and dead letters: the same\n',
    )
  })

  it.each([
    [
      ['./upserts.ts'],
      'upserts: not certified: a plugin that has no state and publishes nothing needs a probe',
    ],
    [['./upserts.ts', '--probe', './rows.ts'], 'rows.ts: expected to export a function probe()'],
    [['./none.ts'], 'none.ts, got nothing'],
  ])('says what is missing: %j', async (args, message) => {
    const { code, out, err } = await certify(...args)
    expect(code).toBe(1)
    expect(out + err).toContain(message)
  })
})

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text)
}

async function certify(...args: string[]) {
  const { output, ended } = startCli(['plugins', 'certify', ...args], {}, folder)
  return { code: await ended, ...output }
}
