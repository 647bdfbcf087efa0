import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { INVENTORY_KINDS } from '../../../src/event/kinds.ts'
import { describeProblem, loadPlugins } from '../../../src/plugin/load-plugins.ts'
import { returnOf } from '../../../src/plugin/returns/returns.ts'

const badPlugins = fileURLToPath(new URL('../../support/bad-plugins', import.meta.url))
const examples = fileURLToPath(new URL('../../../examples/plugins', import.meta.url))

const defaults = {
  retry: { maxAttempts: 5, initialDelayMs: 200, maxDelayMs: 30_000 },
  timeoutMs: 30_000,
  concurrency: 64,
  maxStateBytes: 65_536,
}

const goodPlugin = "export default { slug: 'good', processEvent: () => 'done' }"

function folderWith(files: Record<string, string>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'plugins-')))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

async function load(specifiers: string[], cwd = badPlugins) {
  const { plugins, problems } = await loadPlugins(specifiers, {
    kinds: INVENTORY_KINDS,
    cwd,
    defaults,
  })
  return { slugs: plugins.map((plugin) => plugin.slug), problems: problems.map(describeProblem) }
}

afterEach(() => vi.restoreAllMocks())

describe('valid plugins', () => {
  it('get the defaults for options that they do not set', async () => {
    const cwd = folderWith({
      'a.mjs': goodPlugin,
      'b.mjs': `export default {
        slug: 'b', title: 'B', retry: { maxAttempts: 2 }, timeoutMs: 50, concurrency: 1,
        onExhausted: 'hold', startFrom: 'now', wantsProcessEvent: () => true, processEvent() {},
      }`,
    })
    const { plugins, problems } = await loadPlugins(['a.mjs', './b.mjs'], {
      kinds: INVENTORY_KINDS,
      cwd,
      defaults,
    })
    expect(problems).toEqual([])
    expect(plugins).toEqual([
      {
        retry: defaults.retry,
        timeoutMs: defaults.timeoutMs,
        concurrency: defaults.concurrency,
        slug: 'good',
        title: 'good',
        file: join(cwd, 'a.mjs'),
        wantsProcessEvent: undefined,
        processEvent: expect.any(Function),
        onExhausted: 'dead-letter',
        startFrom: 'committed',
        sql: false,
        state: undefined,
        secrets: [],
        secretTexts: [],
      },
      {
        slug: 'b',
        title: 'B',
        file: join(cwd, 'b.mjs'),
        wantsProcessEvent: expect.any(Function),
        processEvent: expect.any(Function),
        retry: { maxAttempts: 2, initialDelayMs: 200, maxDelayMs: 30_000 },
        timeoutMs: 50,
        concurrency: 1,
        onExhausted: 'hold',
        startFrom: 'now',
        sql: false,
        state: undefined,
        secrets: [],
        secretTexts: [],
      },
    ])
  })

  it('are rejected if they use context.sql and the store has none', async () => {
    const cwd = folderWith({
      'writes.mjs': `export default { slug: 'writes', sql: true, processEvent() {} }`,
      'other.mjs': `export default { slug: 'other', processEvent() {} }`,
    })
    const files = ['./writes.mjs', './other.mjs']
    const { plugins, problems } = await loadPlugins(files, {
      kinds: INVENTORY_KINDS,
      cwd,
      defaults,
    })
    expect(plugins.map(({ slug }) => slug)).toEqual(['other'])
    expect(problems.map(describeProblem)).toEqual([
      `plugin writes in ${join(cwd, 'writes.mjs')}: sql: expected IDEMPOTENCY_STORE to be postgres://..., because the plugin uses context.sql`,
    ])
    const offered = await loadPlugins(files, {
      kinds: INVENTORY_KINDS,
      cwd,
      defaults,
      offersSql: true,
    })
    expect(offered.plugins.map(({ slug, sql }) => [slug, sql])).toEqual([
      ['writes', true],
      ['other', false],
    ])
  })

  it('may be instances of a class with additional fields', async () => {
    const text = `export default new (class {
      slug = 'counter'; seen = 0; processEvent() { return ++this.seen }
    })()`
    const cwd = folderWith({ 'counter.mjs': text })
    const { plugins } = await loadPlugins(['./counter.mjs'], {
      kinds: INVENTORY_KINDS,
      cwd,
      defaults,
    })
    const calls = [1, 2].map(() => plugins[0]?.processEvent({} as never, {} as never))
    expect(calls).toEqual([1, 2])
  })

  it('may be packages, including packages that export only for import', async () => {
    const cwd = folderWith({
      'node_modules/plain/package.json': '{ "type": "module", "main": "plugin.js" }',
      'node_modules/plain/plugin.js': goodPlugin,
      'node_modules/@me/modern/package.json':
        '{ "exports": { ".": { "types": "./x.d.ts", "import": { "default": "./p.mjs" } } } }',
      'node_modules/@me/modern/p.mjs': goodPlugin.replace('good', 'modern'),
    })
    expect(await load(['plain', '@me/modern'], cwd)).toEqual({
      slugs: ['good', 'modern'],
      problems: [],
    })
  })

  it('import the same modules as the service, anywhere on disk', async () => {
    const text = `import { skip } from 'inventory-events'
      export default { slug: 'skips', processEvent: () => skip('not mine') }`
    const cwd = folderWith({ 'skips.ts': text })
    const { plugins, problems } = await loadPlugins(['skips.ts'], {
      kinds: INVENTORY_KINDS,
      cwd,
      defaults,
    })
    expect(problems).toEqual([])
    const returned = plugins[0]?.processEvent({} as never, {} as never)
    expect(returnOf(returned)).toMatchObject({ why: 'not mine' })
  })

  it('include all examples', async () => {
    const files = ['every-event', 'single-event', 'flaky', 'picky', 'cold-chain']
    const specifiers = files.map((name) => `${name}.ts`)
    expect(await load(specifiers, examples)).toEqual({ slugs: files, problems: [] })
  })
})

describe('a plugin is rejected, and the others load,', () => {
  const bad = (name: string) => join(badPlugins, name)
  const good = ['filter-throws.ts', 'never-returns.ts']
  const goodSlugs = ['filter-throws', 'never-returns']

  it.each([
    [
      'no-handler.ts',
      [
        `no-handler in ${bad('no-handler.ts')}: processEvent: required, expected a function (event, context), got nothing`,
      ],
    ],
    [
      'throws-at-import.ts',
      [
        `${bad('throws-at-import.ts')}: cannot be loaded: TypeError: no connection to the warehouse, at ${bad('throws-at-import.ts')}:1:7`,
      ],
    ],
    [
      'not-a-plugin.ts',
      [
        `${bad('not-a-plugin.ts')}: default export: expected definePlugin({ ... }), got 'cold-chain'`,
      ],
    ],
    [
      'no-default.ts',
      [`${bad('no-default.ts')}: no default export: expected export default definePlugin({ ... })`],
    ],
    [
      'absent.ts',
      [`absent.ts: expected a .js, .mjs, .cjs, .ts, .mts file at ${bad('absent.ts')}, got nothing`],
    ],
  ])('if it is %s', async (name, expected) => {
    const { slugs, problems } = await load([good[0]!, name, good[1]!])
    expect(slugs).toEqual(goodSlugs)
    expect(problems).toEqual(expected.map((problem) => `plugin ${problem}`))
  })

  it('if it is a missing package, with a hint about paths', async () => {
    const { slugs, problems } = await load(['cold-chain', ...good])
    expect(slugs).toEqual(goodSlugs)
    expect(problems).toEqual([
      expect.stringMatching(
        /^plugin cold-chain: expected a package .*\.\/plugins\/mine\.ts.*Cannot/,
      ),
    ])
  })

  it('if another plugin has its slug, naming both files', async () => {
    const { slugs, problems } = await load(['same-slug-a.ts', 'same-slug-b.ts', ...good])
    expect(slugs).toEqual(['same-slug', ...goodSlugs])
    expect(problems).toEqual([
      `plugin same-slug in ${bad('same-slug-b.ts')}: slug is already used by ${bad('same-slug-a.ts')}`,
    ])
  })

  it('if another has its slug, even if that one is invalid too', async () => {
    const cwd = folderWith({
      'bad.mjs': "export default { slug: 'good' }",
      'good.mjs': goodPlugin,
      'third.mjs': goodPlugin,
    })
    const { slugs, problems } = await load(['bad.mjs', 'good.mjs', 'third.mjs'], cwd)
    expect(slugs).toEqual([])
    const inFile = (name: string) => `plugin good in ${join(cwd, name)}`
    expect(problems).toEqual([
      `${inFile('bad.mjs')}: processEvent: required, expected a function (event, context), got nothing`,
      `${inFile('good.mjs')}: slug is already used by ${join(cwd, 'bad.mjs')}`,
      `${inFile('third.mjs')}: slug is already used by ${join(cwd, 'bad.mjs')}`,
    ])
  })

  it('if it is listed twice', async () => {
    const { problems } = await load(['same-slug-a.ts', './same-slug-a.ts'])
    expect(problems).toEqual([`plugin same-slug in ${bad('same-slug-a.ts')}: listed twice`])
  })

  it('if it does not load in time', async () => {
    const options = { kinds: INVENTORY_KINDS, cwd: badPlugins, defaults, importTimeoutMs: 2_000 }
    const { plugins, problems } = await loadPlugins(['never-loads.ts', ...good], options)
    expect(plugins.map((plugin) => plugin.slug)).toEqual(goodSlugs)
    expect(problems.map((problem) => problem.reason)).toEqual([
      'cannot be loaded: expected it to load within 2000 ms',
    ])
  })

  it('if it is TypeScript and Node does not run TypeScript', async () => {
    vi.spyOn(process.features, 'typescript', 'get').mockReturnValue(false)
    const { slugs, problems } = await load(good)
    expect(slugs).toEqual([])
    expect(problems[0]).toContain('compile the plugin, or use Node 22.18 or newer')
  })
})
