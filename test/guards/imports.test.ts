import { dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filesUnder, type Import, importsOf } from '../support/repo-files.ts'

/**
 * From the ground up: a file imports from its own folder and from those before it, whether types or
 * values. What a folder may import at run time is said beside it, where that is less than all of
 * them; files that join the parts may import whatever lies below.
 */
const FLOORS: readonly [folder: string, mayImport: readonly string[] | 'all below'][] = [
  ['util', []],
  ['version.ts', []],
  ['topics', []],
  ['event', ['util']],
  ['config', ['util']],
  ['filter', ['event', 'util']],
  ['dead-letter', ['event', 'topics']],
  ['follow-up', ['event']],
  ['plugin', ['event', 'config', 'filter', 'util']],
  ['avro', ['event', 'topics', 'util', 'config/current-value.ts']],
  ['idempotency', ['util', 'event/record.ts']],
  // What a handler may return is a word that the steps share with plugins, and so is what stores refuse.
  [
    'pipeline',
    [
      'dead-letter',
      'event',
      'filter',
      'follow-up',
      'topics',
      'util',
      'plugin/plugin.ts',
      'plugin/returns',
      'idempotency/state-conflict.ts',
    ],
  ],
  ['control', ['util']],
  ['status', ['util']],
  ['kafka', ['event', 'pipeline', 'topics', 'util', 'config/current-value.ts']],
  ['watchdog', ['event', 'kafka', 'pipeline', 'util']],
  [
    'explain',
    ['avro', 'dead-letter', 'event', 'filter', 'pipeline', 'util', 'idempotency/kept-states.ts'],
  ],
  ['backtest', ['avro', 'event', 'explain', 'pipeline', 'util']],
  ['observe', ['event', 'pipeline', 'status', 'util', 'plugin/plugin.ts', 'plugin/returns']],
  ['publish', ['event', 'avro', 'follow-up', 'kafka', 'topics', 'util']],
  [
    'gateway',
    [
      'event',
      'kafka',
      'observe',
      'publish',
      'util',
      'version.ts',
      'config/certificate-expiries.ts',
      'config/live-value.ts',
    ],
  ],
  ['service', 'all below'],
  ['replay', 'all below'],
  ['split', 'all below'],
  ['failover', 'all below'],
  ['operate', 'all below'],
  ['console', 'all below'],
  ['dev', 'all below'],
  ['testing', 'all below'],
  ['testing.ts', 'all below'],
  ['publisher.ts', 'all below'],
  ['index.ts', 'all below'],
  ['cli', 'all below'],
]

/** Within a folder, in the same way: a folder in it imports only from those before it. */
const INSIDE: Record<string, readonly string[]> = {
  avro: ['schema', 'binary', 'types', 'own-kinds', 'projection', 'codec', 'registry'],
  cli: [
    'shared',
    'completion',
    'dead-letters',
    'explain',
    'filters',
    'publish',
    'replay',
    'state',
    'plugins',
    'group',
    'dev',
  ],
  console: [
    'access',
    'http',
    'jobs',
    'view',
    'dead-letters',
    'search',
    'filters',
    'catch-ups',
    'routes',
  ],
  'console/view': ['dead-letters'],
  dev: ['stack', 'web', 'workload', 'replicas', 'demo'],
  'dev/stack': ['process', 'maven'],
  event: ['time', 'validation'],
  gateway: ['http'],
  idempotency: ['kafka', 'postgres'],
  'idempotency/postgres': ['states'],
  kafka: [
    'wire',
    'codecs',
    'records',
    'protocol',
    'patches',
    'client',
    'member',
    'fetch',
    'consumer',
    'admin',
    'producer',
    'transactions',
    'reader',
    'state',
    'mirror',
  ],
  'kafka/member': ['assigner'],
  'kafka/protocol': ['requests'],
  operate: ['dead-letters'],
  // The way of a delivery. What counts it all comes last.
  pipeline: ['intake', 'lanes', 'admit', 'handle', 'batches', 'settle', 'audit'],
  publish: ['follow-ups'],
  replay: ['by-replicas'],
  // The life of a plugin shows none of its secrets.
  observe: ['series', 'status'],
  plugin: ['returns', 'settings', 'life', 'batches'],
  service: ['explain', 'status'],
  testing: ['time', 'events', 'certify'],
  util: ['text', 'failure', 'log'],
}

/** Packages that one folder alone may import. */
const OWNERS: Record<string, string> = {
  avsc: 'avro',
  kafkajs: 'kafka',
  pg: 'idempotency',
  '@opentelemetry/api': 'observe',
}

const FILES_MAX = 16

const modules = filesUnder('src').map((path) => ({
  path,
  folder: path.split('/')[1]!,
  imports: importsOf(path),
}))
const floorOf = new Map(FLOORS.map(([folder], floor) => [folder, floor]))

it('finds the imports', () => {
  const all = modules.flatMap(({ imports }) => imports)
  expect(all.length).toBeGreaterThan(500)
  const of = (target: string) => all.filter((each) => each.target === target)
  expect(of('kafkajs').map(({ isType }) => isType)).toContain(false)
  expect(of('src/kafka/admin/topic-admin.ts').map(({ isType }) => isType)).toContain(true)
  expect(of('src/service/service.ts')).not.toEqual([])
})

it('each folder is named here once', () => {
  const folders = new Set(modules.map(({ folder }) => folder))
  expect([...folders].sort()).toEqual(FLOORS.map(([folder]) => folder).sort())
})

it('each folder in a folder is named here once', () => {
  const parts = new Set(modules.map(({ path }) => dirname(path).split('/').slice(1)))
  const found = new Set([...parts].filter(({ length }) => length > 1).map((part) => part.join('/')))
  const named = Object.entries(INSIDE).flatMap(([folder, inside]) =>
    inside.map((each) => `${folder}/${each}`),
  )
  expect([...found].sort()).toEqual(named.sort())
})

it('no import leads up, types included', () => {
  const isUp = ({ target }: Import, folder: string) => {
    const floor = floorOf.get(target.split('/')[1]!)
    return target.startsWith('src/') && floor! > floorOf.get(folder)!
  }
  expect(offences(isUp)).toEqual([])
})

describe.each(Object.entries(INSIDE))('in %s', (parent, inside) => {
  it('no import leads up, types included', () => {
    const partOf = (path: string) =>
      path.startsWith(`src/${parent}/`)
        ? inside.indexOf(path.split('/')[parent.split('/').length + 1]!)
        : -1
    const up = modules.flatMap(({ path, imports }) => {
      const part = partOf(path)
      if (part === -1) return []
      return imports
        .filter(({ target }) => partOf(target) > part)
        .map(({ target }) => `${path} imports ${target}`)
    })
    expect(up).toEqual([])
  })
})

it('modules import at run time only from the folders that theirs may know', () => {
  expect(offences((imported, folder) => !imported.isType && isForbidden(imported, folder))).toEqual(
    [],
  )
})

it('no files import each other in a circle, types included', () => {
  const open = new Map(
    modules.map(({ path, imports }) => [
      path,
      new Set(imports.map(({ target }) => target).filter((target) => target.startsWith('src/'))),
    ]),
  )
  // What imports nothing that is left is in no circle; in the end nothing may be left.
  for (let before = -1; before !== open.size; ) {
    before = open.size
    for (const [path, targets] of open) {
      for (const target of targets) if (!open.has(target)) targets.delete(target)
      if (targets.size === 0) open.delete(path)
    }
  }
  expect([...open.keys()]).toEqual([])
})

it(`no folder of src has more than ${FILES_MAX} files of its own`, () => {
  const counts = new Map<string, number>()
  for (const { path } of modules) {
    counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1)
  }
  expect([...counts].filter(([, count]) => count > FILES_MAX)).toEqual([])
})

it('each client library has one folder that knows it', () => {
  const isStrange = ({ target, isType }: Import, folder: string) => {
    const owner = OWNERS[packageOf(target)]
    return !isType && owner !== undefined && owner !== folder
  }
  expect(offences(isStrange)).toEqual([])
})

it('nothing imports node:http, which loads all of fetch with it', () => {
  expect(offences(({ target, isType }) => !isType && target === 'node:http')).toEqual([])
})

it('util and topics import nothing but each other and what Node has', () => {
  const targets = modules
    .filter(({ folder }) => ['util', 'topics'].includes(folder))
    .flatMap(({ imports }) => imports.map(({ target }) => target))
  expect(targets.filter((target) => !/^(src\/(util|topics)\/|node:|pino$)/.test(target))).toEqual(
    [],
  )
})

function isForbidden({ target }: Import, folder: string): boolean {
  const [, mayImport] = FLOORS[floorOf.get(folder)!]!
  if (!target.startsWith('src/') || mayImport === 'all below') return false
  const allowed = [folder, ...mayImport]
  return !allowed.some((each) => target === `src/${each}` || target.startsWith(`src/${each}/`))
}

function offences(isOffence: (imported: Import, folder: string) => boolean): string[] {
  return modules.flatMap(({ path, folder, imports }) =>
    imports
      .filter((imported) => isOffence(imported, folder))
      .map(({ target }) => `${path} imports ${target}`),
  )
}

/** `kafkajs` of `kafkajs/package.json`, `@scope/name` of `@scope/name/file`. */
function packageOf(target: string): string {
  return /^(@[^/]+\/)?[^/]+/.exec(target)![0]
}
