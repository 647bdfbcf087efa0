import { spawn, spawnSync } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

/** A clone whose npm is a script that records its calls and installs the lockfile's packages. */
const FAKE_NPM = `
import { appendFileSync, copyFileSync, mkdirSync, symlinkSync } from 'node:fs'
appendFileSync('npm-calls', process.argv.slice(2).join(' ') + '\\n')
mkdirSync('node_modules/node/bin', { recursive: true })
try { symlinkSync(process.execPath, 'node_modules/node/bin/node') } catch {}
copyFileSync('package-lock.json', 'node_modules/.package-lock.json')
`

let clone: string
beforeEach(async () => {
  clone = await mkdtemp(join(tmpdir(), 'clone-'))
  for (const folder of ['scripts', 'bin']) await mkdir(join(clone, folder))
  await copyFile('scripts/run.mjs', join(clone, 'scripts', 'run.mjs'))
  await writeFile(join(clone, 'package.json'), '{"type":"module"}')
  await writeFile(join(clone, 'fake-npm.js'), FAKE_NPM)
  await lockfile({ a: '1.0.0' })
  await program('console.log(process.argv.slice(2).join(" ")); process.exit(3)')
})
afterEach(() => rm(clone, { recursive: true, force: true }))

const program = (script: string) => writeFile(join(clone, 'bin', 'inventory-events.js'), script)

function lockfile(versions: Record<string, string>, optional: string[] = []) {
  const entries = Object.entries(versions).map(([name, version]) => [
    `node_modules/${name}`,
    { version, ...(optional.includes(name) ? { optional: true } : {}) },
  ])
  const packages = { '': { name: 'x' }, ...Object.fromEntries(entries) }
  return writeFile(join(clone, 'package-lock.json'), JSON.stringify({ packages }))
}

const env = () => ({ ...process.env, npm_execpath: join(clone, 'fake-npm.js') })

function run(...args: string[]) {
  const script = join(clone, 'scripts', 'run.mjs')
  return spawnSync(process.execPath, [script, ...args], { env: env(), encoding: 'utf8' })
}

const installs = async () =>
  (await readFile(join(clone, 'npm-calls'), 'utf8').catch(() => '')).split('\n').length - 1

describe('running from a fresh clone', () => {
  it('installs once, then runs the program with its arguments and returns its exit code', async () => {
    for (const _ of [1, 2]) {
      const { status, stdout } = run('demo', '--events', '5')
      expect(stdout).toBe('demo --events 5\n')
      expect(status).toBe(3)
    }
    expect(await installs()).toBe(1)
  })

  it('installs again when the lockfile changes', async () => {
    run('demo')
    await lockfile({ a: '1.0.1' })
    run('demo')
    await lockfile({ a: '1.0.1', b: '1.0.0' })
    run('demo')
    expect(await installs()).toBe(3)
  })

  it('does not require packages for other systems', async () => {
    run('demo')
    await lockfile({ a: '1.0.0', 'for-another-system': '1.0.0' }, ['for-another-system'])
    run('demo')
    expect(await installs()).toBe(1)
  })

  it('installs again after an interrupted installation', async () => {
    run('demo')
    await rm(join(clone, 'node_modules', '.package-lock.json'))
    run('demo')
    expect(await installs()).toBe(2)
  })

  it('reports a failed installation', async () => {
    await writeFile(join(clone, 'fake-npm.js'), 'process.exit(7)')
    const { status, stderr } = run('demo')
    expect(status).toBe(1)
    expect(stderr).toContain('"npm ci" failed (exit 7)')
  })

  it('forwards signals and ends as the program ended', async () => {
    await program(
      'process.on("SIGTERM", () => process.exit(9)); setInterval(() => {}, 1000); console.log("up")',
    )
    const child = spawn(process.execPath, [join(clone, 'scripts', 'run.mjs'), 'demo'], {
      env: env(),
    })
    child.stdout.once('data', () => child.kill('SIGTERM'))
    expect(await new Promise((end) => child.on('exit', end))).toBe(9)
  })

  it('rejects an unknown command', () => {
    const { status, stderr } = run('nonsense')
    expect(status).toBe(1)
    expect(stderr).toContain('demo|test')
  })
})
