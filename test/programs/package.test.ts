import { execFileSync, spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pickPorts } from '../../src/dev/stack/ports.ts'
import { cloneTo, REPO, shellEnvironment } from '../support/clone.ts'
import { blocks, fileShown, pages } from '../support/pages.ts'
import { filesUnder } from '../support/repo-files.ts'
import { endpoints, uniqueName } from '../support/stack.ts'
import { startProgram } from '../support/start-program.ts'

const { version } = JSON.parse(readFileSync(join(REPO, 'package.json'), 'utf8'))
const GETTING_STARTED = 'docs/getting-started.md'

/** Of the system's Node, whatever it is; undefined if there is none. */
const systemVersion = /^v(\S+)/.exec(
  spawnSync('node', ['--version'], { env: shellEnvironment(), encoding: 'utf8' }).stdout ?? '',
)?.[1]
const isOld = systemVersion !== undefined && Number.parseInt(systemVersion, 10) < 22

const INSTALL = ['install', '--prefer-offline', '--no-audit', '--no-fund']

const home = realpathSync(mkdtempSync(join(tmpdir(), 'package-')))
const clone = join(home, 'clone')
const project = join(home, 'my-plugins')
const tarball = join(home, `inventory-events-${version}.tgz`)

beforeAll(async () => {
  await cloneTo(clone)
  run('npm', ['pack', '--pack-destination', home], clone)
  writeProject()
  run('npm', [...INSTALL, tarball])
})

afterAll(() => rmSync(home, { recursive: true, force: true }))

it('contains the program, its declarations, schemas, examples and every page, and nothing else', () => {
  const all = run('tar', ['-tzf', tarball]).trim().split('\n')
  const isPage = (path: string) => path.startsWith('package/dist/web/')
  // Their names change with their content.
  expect(all.filter(isPage)).toContain('package/dist/web/index.html')
  expect(all.filter((path) => isPage(path) && path.endsWith('.js'))).toHaveLength(2)
  const files = all.filter((path) => !isPage(path))
  const compiled = listed('src').flatMap((path) => [`${path}.js`, `${path}.d.ts`])
  const examples = listed('examples/plugins')
  const expected = [
    ...['LICENSE', 'docker-compose.yml', 'package.json', 'bin/inventory-events.js'],
    ...[
      ...pages,
      ...readdirSync(join(REPO, 'docs', 'images')).map((name) => `docs/images/${name}`),
    ],
    ...[...compiled, ...examples.map((name) => `examples/${name}.js`)].map(
      (path) => `dist/${path}`,
    ),
    ...examples.map((name) => `examples/plugins/${name}.ts`),
    ...readdirSync(join(REPO, 'schemas')).map((name) => `schemas/${name}`),
    ...readdirSync(join(REPO, 'helm/examples')).map((name) => `helm/examples/${name}`),
    ...filesUnder('templates').filter((path) => !path.endsWith('.md')),
  ]
  expect(files.sort()).toEqual(expected.map((path) => `package/${path}`).sort())
})

it('contains everything that it exports', () => {
  const { bin, exports } = JSON.parse(readFileSync(join(REPO, 'package.json'), 'utf8'))
  const targets: string[] = [bin, ...Object.values<object>(exports)].flatMap(Object.values)
  const files = run('tar', ['-tzf', tarball]).split('\n')
  const missing = targets.filter((path) => !files.includes(`package/${path.replace('./', '')}`))
  expect(targets.length).toBeGreaterThan(4)
  expect(missing).toEqual([])
})

it('has no declarations that import files it does not contain', () => {
  const listing = run('grep', ['-rhoE', "from '[.][^']*'", 'node_modules/inventory-events/dist'])
  const extensions = new Set(listing.match(/\.[a-z]+(?='$)/gm))
  expect([...extensions]).toEqual(['.js'])
})

describe("a plugin author's project", () => {
  it("type-checks in strict mode with the package's declarations", () => {
    expect(run(process.execPath, [tsc(), '-p', '.'])).toBe('')
  })

  it('gets a type error for a missing field of an event', () => {
    write(
      'wrong.ts',
      fileShown(GETTING_STARTED, 'plugins/cold-chain.ts').replace('entity.name', 'event.entityId'),
    )
    const check = () => run(process.execPath, [tsc(), '-p', '.'])
    expect(check).toThrow(/wrong\.ts.*'entityId' does not exist on type 'InventoryMovedEvent'/)
    rmSync(join(project, 'wrong.ts'))
  })

  it('tests its plugins, in TypeScript and in JavaScript', () => {
    expect(run(process.execPath, ['--test', 'waste.test.ts'])).toMatch(/pass 1$/m)
    expect(run(process.execPath, ['--test', 'waste.test.js'])).toMatch(/pass 1$/m)
  })

  it("checks its own and the package's plugins with the command", () => {
    const example = 'node_modules/inventory-events/dist/examples/picky.js'
    const printed = run('npx', ['inventory-events', 'plugins', 'check', './waste.js', example])
    expect(printed).toContain(`waste: ok (${join(project, 'waste.js')})`)
    expect(printed).toContain('picky: ok (')
    const command = join(project, 'node_modules', 'inventory-events', 'bin', 'inventory-events.js')
    const typed = run(process.execPath, [command, 'plugins', 'check', './cold-chain.ts'])
    expect(typed).toContain('cold-chain: ok (')
  })
})

describe('a project that init makes', () => {
  const made = join(home, 'Stock plugins')
  const script = (name: string) => run('npm', ['run', '--silent', name], made)

  beforeAll(() => {
    run(join(project, 'node_modules', '.bin', 'inventory-events'), ['init', made])
    run('npm', [...INSTALL, tarball], made)
  })

  it('checks its types, passes its test, and is certified', () => {
    expect(script('test')).toMatch(/pass 2$/m)
    expect(script('certify')).toContain('low-stock: certified\n')
  })

  it('finds a mistake in the types', () => {
    const plugin = join(made, 'plugins', 'low-stock.ts')
    const text = readFileSync(plugin, 'utf8')
    writeFileSync(plugin, text.replace('quantity <', 'name <'))
    expect(() => script('test')).toThrow('low-stock.ts')
    writeFileSync(plugin, text)
  })

  it('runs on a real Kafka, again when its plugin changes, until it is stopped', async () => {
    const plugin = join(made, 'plugins', 'low-stock.ts')
    const text = readFileSync(plugin, 'utf8')
    const { brokers, registryUrl } = endpoints()
    const dev = startProgram('npm', ['run', 'dev'], {
      cwd: made,
      env: {
        ...environment(),
        ...{ KAFKA_BROKERS: brokers, SCHEMA_REGISTRY_URL: registryUrl },
        ...{ KAFKA_GROUP_ID: uniqueName('dev'), HTTP_PORT: String((await pickPorts()).kafka) },
      },
    })
    await dev.printed('"quantity":7,"msg":"runs low"')

    writeFileSync(plugin, text.replace("'runs low'", "'is nearly gone'"))
    await dev.printed('plugins/low-stock.ts has changed: the service is started again')
    await dev.printed('"quantity":7,"msg":"is nearly gone"')

    writeFileSync(plugin, text.replace('processEvent', 'procesEvent'))
    await dev.printed('procesEvent: unknown, did you mean processEvent?')
    await dev.printed('the service has ended (exit 1); it is started again when a file changes')

    writeFileSync(plugin, text)
    await dev.printed('"quantity":7,"msg":"runs low"')
    dev.signal('SIGINT')
    // Nothing holds its output open any more, the service neither.
    await dev.ended
    expect(dev.output().trimEnd()).toMatch(/"msg":"stopped"\}$/)
  })
})

describe('the command', () => {
  it('prints its version in a project and after a global install', () => {
    expect(run('npx', ['inventory-events', '--version'])).toBe(`${version}\n`)
    const prefix = join(home, 'global')
    run('npm', [...INSTALL, '--global', '--prefix', prefix, tarball])
    expect(run(join(prefix, 'bin', 'inventory-events'), ['--version'])).toBe(`${version}\n`)
    expect(run(join(prefix, 'bin', 'inventory-events'), ['config'])).toContain('KAFKA_BROKERS')
  })
})

describe.skipIf(!isOld)("on the system's Node, if that is too old", () => {
  it('says which Node it needs', () => {
    const bin = join(project, 'node_modules', 'inventory-events', 'bin', 'inventory-events.js')
    const { status, stderr } = spawnSync('node', [bin, '--version'], {
      env: shellEnvironment(),
      encoding: 'utf8',
    })
    expect([status, stderr]).toEqual([
      1,
      `error: Node ${systemVersion} is too old: inventory-events needs 22.18 or newer\n`,
    ])
  })
})

/** Runs a command as a user would, with this Node: the system's may be too old. */
function run(command: string, args: string[], cwd = project): string {
  try {
    const options = { cwd, env: environment(), encoding: 'utf8', stdio: 'pipe' } as const
    return execFileSync(command, args, options)
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new Error(`${command} ${args.join(' ')}:\n${stdout}${stderr}`, { cause: error })
  }
}

function environment(): NodeJS.ProcessEnv {
  const shell = shellEnvironment()
  return { ...shell, PATH: [dirname(process.execPath), shell.PATH].join(delimiter) }
}

/** The packed modules of a folder of the clone, by their paths without `.ts`. */
function listed(folder: string): string[] {
  const names = readdirSync(join(clone, folder), { recursive: true, encoding: 'utf8' })
  return names.flatMap((name) => (name.endsWith('.ts') ? [name.slice(0, -'.ts'.length)] : []))
}

function tsc(): string {
  return join(REPO, 'node_modules', 'typescript', 'bin', 'tsc')
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(project, path)), { recursive: true })
  writeFileSync(join(project, path), text)
}

/** The plugins of the README and of "Getting started", one in JavaScript and one in TypeScript. */
function writeProject(): void {
  write('package.json', JSON.stringify({ name: 'my-plugins', type: 'module', private: true }))
  write('tsconfig.json', JSON.stringify(tsconfig))
  write('cold-chain.ts', fileShown(GETTING_STARTED, 'plugins/cold-chain.ts'))
  write('waste.js', blocks('README.md').find(({ language }) => language === 'js')!.text)
  for (const name of ['waste.test.js', 'waste.test.ts']) write(name, WASTE_TEST)
}

const tsconfig = {
  compilerOptions: {
    ...{ module: 'NodeNext', target: 'ES2023', strict: true, noEmit: true },
    ...{ exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
    ...{ skipLibCheck: false, checkJs: true, allowImportingTsExtensions: true },
    ...{ typeRoots: [join(REPO, 'node_modules', '@types')], types: ['node'] },
  },
  include: ['*.ts', '*.js'],
}

const WASTE_TEST = `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runPlugin } from 'inventory-events/testing'
import waste from './waste.js'

test('takes what was wasted', async () => {
  const base = { time: '2026-01-15T10:30:00Z', transactionId: 't', flowId: 'f', entityId: 'e' }
  const { deliveries, unwanted } = await runPlugin(waste, [
    { ...base, id: '1', kind: 'inventory.wasted', reason: 'too warm' },
    { ...base, id: '2', kind: 'inventory.destroyed' },
  ])
  assert.deepEqual(deliveries.map(({ outcome }) => outcome), ['processed'])
  assert.deepEqual(unwanted.map(({ id }) => id), ['2'])
})
`
