import { expect, it } from 'vitest'
import { filesUnder, type Import, importsOf } from '../support/repo-files.ts'

/** What the modules of each folder may import from others; types are free, they leave no trace. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  event: [],
  filter: ['event', 'config'],
  gateway: ['event', 'kafka', 'observe', 'publish', 'version.ts'],
  avro: ['event', 'config/current-value.ts'],
  config: ['event', 'plugin'],
  control: ['event'],
  history: ['event', 'avro', 'filter', 'pipeline'],
  idempotency: ['event'],
  kafka: ['event', 'pipeline', 'config/current-value.ts'],
  observe: ['event', 'pipeline'],
  // What a handler may return is a word that the steps share with plugins.
  pipeline: ['event', 'filter', 'plugin/plugin.ts'],
  plugin: ['event', 'config', 'filter'],
  publish: ['event', 'avro', 'kafka'],
  stack: ['event'],
  watchdog: ['event', 'kafka', 'observe', 'pipeline'],
}

/** Where parts are joined. */
const WIRING = [
  'cli',
  'create-admin.ts',
  'create-explain.ts',
  'create-store.ts',
  'demo',
  'follow-switches.ts',
  'testing',
  'index.ts',
  'publisher.ts',
  'replay',
  'run-group.ts',
  'service.ts',
  'start-from.ts',
  'testing.ts',
  'version.ts',
]

/** Packages that one folder alone may import. */
const OWNERS: Record<string, string> = {
  avsc: 'avro',
  '@kafkajs/confluent-schema-registry': 'avro',
  kafkajs: 'kafka',
  pg: 'idempotency',
  '@opentelemetry/api': 'observe',
}

const modules = filesUnder('src').map((path) => ({
  path,
  folder: path.split('/')[1]!,
  imports: importsOf(path),
}))

it('finds the imports', () => {
  const all = modules.flatMap(({ imports }) => imports)
  expect(all.length).toBeGreaterThan(500)
  const of = (target: string) => all.filter((each) => each.target === target)
  expect(of('kafkajs').map(({ isType }) => isType)).toContain(false)
  expect(of('src/kafka/admin.ts').map(({ isType }) => isType)).toContain(true)
  expect(of('src/service.ts')).not.toEqual([])
})

it('each folder is named here once', () => {
  const folders = new Set(modules.map(({ folder }) => folder))
  expect([...folders].sort()).toEqual([...Object.keys(MAY_IMPORT), ...WIRING].sort())
})

it('modules import from their own folder and from those that theirs may know', () => {
  expect(offences(({ target }, folder) => isForbidden(target, folder))).toEqual([])
})

it('each client library has one folder that knows it', () => {
  const isStrange = ({ target }: Import, folder: string) => {
    const owner = OWNERS[packageOf(target)]
    return owner !== undefined && owner !== folder
  }
  expect(offences(isStrange)).toEqual([])
})

it('the words import nothing at all that is not theirs or of Node', () => {
  const targets = modules
    .filter(({ folder }) => folder === 'event')
    .flatMap(({ imports }) => imports.map(({ target }) => target))
  expect(targets.filter((target) => !/^(src\/event\/|node:)/.test(target))).toEqual([])
})

function isForbidden(target: string, folder: string): boolean {
  if (!target.startsWith('src/') || WIRING.includes(folder)) return false
  const allowed = [folder, ...MAY_IMPORT[folder]!]
  return !allowed.some((each) => target === `src/${each}` || target.startsWith(`src/${each}/`))
}

function offences(isOffence: (imported: Import, folder: string) => boolean): string[] {
  return modules.flatMap(({ path, folder, imports }) =>
    imports
      .filter((imported) => !imported.isType && isOffence(imported, folder))
      .map(({ target }) => `${path} imports ${target}`),
  )
}

/** `kafkajs` of `kafkajs/package.json`, `@scope/name` of `@scope/name/file`. */
function packageOf(target: string): string {
  return /^(@[^/]+\/)?[^/]+/.exec(target)![0]
}
