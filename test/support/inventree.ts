import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { REPO } from './clone.ts'
import { fetchPackages } from './python.ts'

const run = promisify(execFile)
const SOURCE = join(REPO, 'integrations', 'inventree')

export interface InstalledPlugin {
  /** The copy that it was installed from, which contains its tests. */
  folder: string
  env: NodeJS.ProcessEnv
  remove: () => Promise<void>
}

/** InvenTree's plugin, built and installed as pip does it, in a folder of its own. */
export async function installPlugin(): Promise<InstalledPlugin> {
  const packages = await fetchPackages(join(SOURCE, 'tests', 'requirements.txt'))
  const folder = await mkdtemp(join(tmpdir(), 'inventree-'))
  const [source, target] = [join(folder, 'source'), join(folder, 'installed')]
  // pip builds in the folder that it installs from.
  await cp(SOURCE, source, { recursive: true })
  const args = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--no-build-isolation']
  const env = { ...process.env, PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: '1' }
  await run('python3', [...args, '--target', target, source], { env, timeout: 120_000 })
  // Else Python would import the package beside the tests instead of the installed one.
  await rm(join(source, 'inventree_inventory_events'), { recursive: true })
  return {
    folder: source,
    env: { ...env, PYTHONPATH: [target, packages].join(delimiter) },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** A stand-in for a worker of InvenTree: `tests/forward.py` runs the task. */
export function startWorker({ folder, env }: InstalledPlugin, task: object): ChildProcess {
  const tests = join(folder, 'tests')
  const PYTHONPATH = [env.PYTHONPATH, tests, join(tests, 'standin')].join(delimiter)
  const worker = spawn('python3', [join(tests, 'forward.py')], {
    env: { ...env, PYTHONPATH },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  worker.stdin.end(JSON.stringify(task))
  return worker
}
