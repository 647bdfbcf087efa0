import { cp, mkdir, symlink } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

export const REPO = fileURLToPath(new URL('../..', import.meta.url))

/** Generated folders, which are not in the repository. */
const MADE = ['.git', 'node_modules', 'dist', '.inventory-events']

/** Copies the working tree to a folder, with the packages that are installed here. */
export async function cloneTo(folder: string): Promise<void> {
  await cp(REPO, folder, { recursive: true, filter: (path) => !isMade(relative(REPO, path)) })
  await symlink(join(REPO, 'node_modules'), join(folder, 'node_modules'))
  const jars = join(REPO, '.inventory-events', 'jars')
  await mkdir(jars, { recursive: true })
  await mkdir(join(folder, '.inventory-events'))
  await symlink(jars, join(folder, '.inventory-events', 'jars'))
}

/** The environment of a user's shell: their Node first, no variables of this test run. */
export function shellEnvironment(): NodeJS.ProcessEnv {
  const ours = dirname(resolve(process.execPath))
  const path = (process.env.PATH ?? '')
    .split(':')
    .filter((folder) => !folder.split(sep).includes('node_modules') && resolve(folder) !== ours)
  const isOfTests = /^(npm_|VITEST|NODE_(?!EXTRA_CA_CERTS$))/i
  const kept = Object.entries(process.env).filter(([name]) => !isOfTests.test(name))
  return { ...Object.fromEntries(kept), PATH: path.join(':') }
}

/** Whether a path in the repository, such as `dist/index.js`, is generated. */
export function isMade(path: string): boolean {
  return MADE.includes(path.split(sep)[0]!) || path.endsWith('.tgz')
}
