import { execFile, execFileSync } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const folder = fileURLToPath(new URL('./python/', import.meta.url))
const cache = fileURLToPath(new URL('../../.inventory-events/python/', import.meta.url))

/** Why Python can't be used here; undefined if it can. */
export function pythonMissing(): string | undefined {
  try {
    execFileSync('python3', ['-m', 'pip', '--version'], { stdio: 'ignore' })
    return undefined
  } catch {
    return 'python3 with pip'
  }
}

/** Runs `test/support/python/produce.py` and returns its output. Fetches packages if needed. */
export async function producePython(task: object): Promise<string> {
  const packages = await fetchPackages(join(folder, 'requirements.txt'))
  const env = { ...process.env, PYTHONPATH: packages }
  const running = run('python3', [join(folder, 'produce.py')], { env, timeout: 60_000 })
  running.child.stdin?.end(JSON.stringify(task))
  return (await running).stdout.trim()
}

const SCHEMATHESIS =
  'import sys; from schemathesis.cli import schemathesis; sys.exit(schemathesis())'

/** Runs schemathesis on an OpenAPI document and returns its output. Fetches it if needed. */
export async function runSchemathesis(args: string[], timeoutMs: number) {
  const packages = await fetchPackages(join(folder, 'schemathesis.txt'))
  const hooks = join(folder, 'schemathesis-hooks.py')
  const env = { ...process.env, PYTHONPATH: packages, SCHEMATHESIS_HOOKS: hooks }
  const all = ['--config-file', join(folder, 'schemathesis.toml'), 'run', ...args]
  // It writes its findings to the working directory.
  const options = { env, cwd: packages, timeout: timeoutMs }
  const ended = await run('python3', ['-c', SCHEMATHESIS, ...all], options).catch((error) => error)
  return { isGood: !(ended instanceof Error), output: `${ended.stdout}${ended.stderr}` }
}

/**
 * The folder with what a file of requirements names, fetched when needed. Works in a sibling that is
 * renamed when whole, so an interrupted download leaves no half cache.
 */
export async function fetchPackages(requirements: string): Promise<string> {
  const { stdout: version } = await run('python3', ['--version'])
  const wanted = `${version}${await readFile(requirements, 'utf8')}`
  const target = join(cache, createHash('sha256').update(wanted).digest('hex').slice(0, 12))
  if (existsSync(target)) return target
  const partial = `${target}.${randomUUID()}.partial`
  const install = ['-m', 'pip', 'install', '--quiet', '--no-warn-script-location']
  try {
    const args = [...install, '--target', partial, '-r', requirements]
    await run('python3', args, { timeout: 300_000 })
    await rename(partial, target)
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
  return target
}
