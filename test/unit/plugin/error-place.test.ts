import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'
import { startCli } from '../../support/start-cli.ts'

/** What `plugins check` says of each of these files, as text that Node itself loads. */
async function problemsOf(files: Record<string, string>): Promise<string[]> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'plugins-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const names = Object.keys(files).filter((name) => name.startsWith('plugin'))
  const paths = names.map((name) => join(folder, name))
  const { output, ended } = startCli(['plugins', 'check', ...paths])
  expect(await ended).toBe(1)
  const lines = output.err.trimEnd().split('\n')
  return lines.map((line) => line.replaceAll(`${folder}/`, ''))
}

const before = 'const harmless = 1\n'

it('a module that throws or can not be parsed is named with its line', async () => {
  expect(
    await problemsOf({
      'plugin-throws.ts': `${before}const need = (name: string) => {\n  throw new TypeError(name)\n}\nneed('WEBHOOK_URL')`,
      'plugin-syntax.ts': `${before}export default { slug: ] }`,
      'plugin-enum.ts': `${before}enum Kind { A }`,
      'plugin-syntax.mjs': `${before}export default { slug 'x' }`,
      'plugin-syntax.cjs': `${before}module.exports = { slug 'x' }`,
      'plugin-import.mjs': `${before}import { nothing } from 'node:fs'`,
      'plugin-helped.mjs': `import './helper.mjs'`,
      'helper.mjs': `${before}JSON.parse('{')`,
      'plugin-deep.ts': `import './broken.ts'`,
      'broken.ts': `${before}export const x = ]`,
      'plugin-absent.mjs': `import './no-such.mjs'`,
      'plugin-odd.mjs': `${before}throw { code: 5 }`,
      'plugin-nothing.mjs': `await Promise.reject()`,
    }),
  ).toEqual([
    'plugin plugin-throws.ts: cannot be loaded: TypeError: WEBHOOK_URL, at plugin-throws.ts:3:9',
    expect.stringMatching(/^plugin plugin-syntax.ts: .*SyntaxError: .*, at plugin-syntax.ts:2$/),
    expect.stringMatching(
      /^plugin plugin-enum.ts: .*enum is not supported.*, at plugin-enum.ts:2$/,
    ),
    expect.stringMatching(/^plugin plugin-syntax.mjs: .*SyntaxError: .*, at plugin-syntax.mjs:2$/),
    expect.stringMatching(/^plugin plugin-syntax.cjs: .*SyntaxError: .*, at plugin-syntax.cjs:2$/),
    expect.stringMatching(/^plugin plugin-import.mjs: .*'nothing', at plugin-import.mjs:2$/),
    expect.stringMatching(/^plugin plugin-helped.mjs: .*SyntaxError: .*, at helper.mjs:2:6$/),
    expect.stringMatching(/^plugin plugin-deep.ts: .*SyntaxError: .*, at broken.ts:2$/),
    expect.stringMatching(
      /^plugin plugin-absent.mjs: .*no-such.mjs' imported from plugin-absent.mjs/,
    ),
    'plugin plugin-odd.mjs: cannot be loaded: Object with code 5',
    'plugin plugin-nothing.mjs: cannot be loaded: undefined was thrown',
  ])
}, 30_000)

it('whatever line it is', async () => {
  const lines = fc.sample(fc.integer({ min: 1, max: 5_000 }), { numRuns: 20, seed: 13 })
  const named = (n: number, line: number) => `plugin-${n}-of-${line}.mjs`
  const files = lines.map((line, n) => [
    named(n, line),
    `${'\n'.repeat(line - 1)}throw new Error('x')`,
  ])
  const expected = lines.map((line, n) =>
    expect.stringContaining(`, at ${named(n, line)}:${line}:7`),
  )
  expect(await problemsOf(Object.fromEntries(files))).toEqual(expected)
}, 30_000)
