import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { InventoryEventsError } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import { makeIgnoredFolder } from '../stack/ignored-folder.ts'

const at = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))

/**
 * The folder of the console's page. The package has it; in a clone it is built when it is missing or
 * older than its sources.
 */
export async function pageFolder(log: Pick<Logger, 'info'>): Promise<string> {
  const sources = at('web')
  if (!existsSync(sources)) return at('dist/web')
  const built = at('.inventory-events/web')
  const builtMs = await timeOf(join(built, 'index.html'))
  const sourcesMs = await newestIn(sources)
  if (builtMs > sourcesMs) return built
  log.info('building the page of the console')
  await makeIgnoredFolder(at('.inventory-events'))
  await build(sources, built)
  return built
}

async function build(sources: string, folder: string): Promise<void> {
  const vite = at('node_modules/vite/bin/vite.js')
  const args = [vite, 'build', sources, '--outDir', folder, '--emptyOutDir', '--logLevel', 'warn']
  // Its words are no result of the command.
  const child = spawn(process.execPath, args, { stdio: ['ignore', 2, 2] })
  const [code] = await once(child, 'exit')
  if (code === 0) return
  throw new InventoryEventsError(
    'USAGE',
    `the page of the console could not be built: exit ${code}`,
  )
}

async function newestIn(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true })
  return Math.max(...(await Promise.all(names.map((name) => timeOf(join(folder, name))))))
}

/** 0 if it is not there. */
async function timeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.mtimeMs ?? 0
}
