import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'counts-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('summing the counts of steps', () => {
  /** What each step writes, by its name; undefined: nothing. */
  async function sum(steps: Record<string, unknown>) {
    const files = await Promise.all(Object.entries(steps).map(write))
    const args = [resolve('scripts/count-tests.mjs'), ...files]
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    return { status, lines: stdout.trimEnd().split('\n') }
  }

  async function write([name, left]: [string, unknown]): Promise<string> {
    const file = join(folder, `${name}.json`)
    if (left !== undefined) await writeFile(file, JSON.stringify(left))
    return file
  }

  it('lists skipped tests and ends with the sum', async () => {
    const tests = { passed: 2, failed: [], skipped: ['needs Docker', 'later'] }
    const faults = { passed: 3, failed: [], skipped: [] }
    expect(await sum({ tests, faults })).toEqual({
      status: 0,
      lines: ['skipped: needs Docker', 'skipped: later', '5 passed, 0 failed, 2 skipped'],
    })
  })

  it('fails for a failed test, for no tests, and for a step that wrote no counts', async () => {
    const good = { passed: 1, failed: [], skipped: [] }
    const bad = { passed: 1, failed: ['one\nit was 1', 'two'], skipped: [] }
    expect(await sum({ good, bad })).toEqual({
      status: 1,
      lines: [
        'failed: bad: one',
        '  it was 1',
        'failed: bad: two',
        '2 passed, 2 failed, 0 skipped',
      ],
    })
    expect((await sum({ none: { passed: 0, failed: [], skipped: [] } })).status).toBe(1)
    const old = { passed: 1, failed: 0, skipped: [] }
    expect(await sum({ good, gone: undefined, strange: { passed: '1' }, old })).toEqual({
      status: 1,
      lines: [
        'failed: gone: wrote no counts',
        'failed: strange: wrote no counts',
        'failed: old: wrote no counts',
        '1 passed, 3 failed, 0 skipped',
      ],
    })
  })

  it('shows only the beginning of a long failure', async () => {
    const long = { passed: 1, failed: ['line\n'.repeat(1_000)], skipped: [] }
    const { lines } = await sum({ long })
    expect(lines).toHaveLength(21)
  })
})

it('counts what vitest ran, including files that do not load', async () => {
  const head = `import { expect, it } from '${resolve('node_modules/vitest/dist/index.js')}'\n`
  const files = {
    'a.test.mjs': `${head}it('one', () => {}); it('two', () => expect(1).toBe(2)); it.skip('later', () => {})
      let tries = 0; it('three', () => expect(++tries).toBe(2))`,
    'b.test.mjs': `import './nothing-there.mjs'`,
    'vitest.config.mjs': 'export default {}',
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  const counts = join(folder, 'counts.json')
  const reporter = `--reporter=${resolve('scripts/counts-reporter.mjs')}`
  const vitest = resolve('node_modules/vitest/vitest.mjs')
  const args = [vitest, 'run', '--retry=1', '--root', folder, reporter]
  const env = { ...process.env, COUNTS_FILE: counts }
  const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', env })
  expect(stdout).toContain('failed to run: ')
  expect(stdout).toContain('passed only on a retry: three\n')
  expect(JSON.parse(await readFile(counts, 'utf8'))).toEqual({
    passed: 2,
    failed: [
      expect.stringMatching(/^two\n.*expected 1 to be 2/),
      expect.stringMatching(/b\.test\.mjs\n.*nothing-there/),
    ],
    skipped: ['later'],
  })
})
