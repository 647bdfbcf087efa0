// Runs the demo or the tests from a fresh clone: installs missing packages, then runs the command with
// the project's own Node. Plain JavaScript without dependencies, because nothing may be installed yet.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const OLDEST_NODE = 20
const INSTALL_MS = 900_000
const root = join(dirname(fileURLToPath(import.meta.url)), '..')

// What one process has compiled, the next one finds. Tests start hundreds.
const env = { NODE_COMPILE_CACHE: join(root, '.inventory-events', 'compiled'), ...process.env }

const commands = {
  demo: ['bin/inventory-events.js', 'demo'],
  test: vitest('unit*', 'integration*'),
  unit: vitest('unit*'),
  console: vitest('console'),
  clusters: vitest('clusters'),
  programs: vitest('programs'),
  faults: ['test/faults/run.ts'],
  'check-deploy': ['scripts/check-deploy/run.ts'],
  observe: ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/deploy/vitest.config.ts'],
  'gateway-load': ['test/gateway-load/run.ts'],
  fuzz: ['test/fuzz/run.ts'],
  inventree: ['test/inventree/run.ts'],
  scaling: ['test/scaling/run.ts'],
  hazards: ['test/hazards/mutation/run.ts'],
  bench: ['bench/run.ts'],
  release: ['scripts/release/run.ts'],
}

/** Runs the tests of these projects of vitest.config.ts. */
function vitest(...projects) {
  const args = projects.flatMap((name) => ['--project', name])
  return ['node_modules/vitest/vitest.mjs', 'run', ...args]
}

async function main([name, ...args]) {
  const command = commands[name]
  if (!command) fail(`usage: node scripts/run.mjs ${Object.keys(commands).join('|')} [...]`)
  if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
    fail(`Node ${OLDEST_NODE} or newer is needed, this is ${process.version} (${process.execPath})`)
  }
  if (!isInstalled()) await install()
  process.exitCode = await run(projectNode(), [...command, ...args])
}

/** Compares the lockfile with npm's own record, which npm writes last. */
function isInstalled() {
  const wanted = packagesIn('package-lock.json')
  const found = packagesIn('node_modules/.package-lock.json')
  if (!wanted || !found) return false
  return Object.entries(wanted).every(([path, { version, optional, devOptional, peer }]) => {
    if (path === '') return true
    return found[path] ? found[path].version === version : optional || devOptional || peer
  })
}

function packagesIn(lockfile) {
  const path = join(root, lockfile)
  if (!existsSync(path)) return undefined
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages
  } catch {
    return undefined
  }
}

async function install() {
  console.error('installing packages with "npm ci" (about 300 MB, once) ...')
  const startedAt = Date.now()
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund']
  // The running npm, if there is one; otherwise the one on the PATH.
  const npm = process.env.npm_execpath
  const code = npm?.endsWith('.js')
    ? await run(process.execPath, [npm, ...args], INSTALL_MS)
    : await run('npm', args, INSTALL_MS)
  if (code !== 0) fail(`"npm ci" failed (exit ${code}): see its message above`)
  console.error(`installed in ${Math.round((Date.now() - startedAt) / 1000)} s`)
}

function projectNode() {
  const file = process.platform === 'win32' ? 'node.exe' : 'node'
  const path = join(root, 'node_modules', 'node', 'bin', file)
  if (!existsSync(path)) fail(`${path} is missing: run "npm rebuild node"`)
  return path
}

/** Runs a command and returns its exit code; 128 plus the number for a signal, as shells do. */
function run(file, args, timeoutMs = 0) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd: root, env, stdio: 'inherit', timeout: timeoutMs })
    const hasTerminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY)
    const passOn = (signal) => {
      // A terminal sends Ctrl-C to the child as well, and a second one would force an immediate exit.
      if (signal !== 'SIGINT' || !hasTerminal) child.kill(signal)
    }
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
    for (const signal of signals) process.on(signal, passOn)
    child.on('error', (error) => fail(`cannot run ${file}: ${error.message}`))
    child.on('exit', (code, signal) => {
      for (const name of signals) process.off(name, passOn)
      resolve(code ?? 128 + constants.signals[signal])
    })
  })
}

function fail(message) {
  console.error(message)
  process.exit(1)
}

await main(process.argv.slice(2))
