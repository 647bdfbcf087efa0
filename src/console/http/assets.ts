import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { InventoryEventsError } from '../../util/errors.ts'

export interface Asset {
  body: Buffer
  type: string
  /** Its name changes with its content. */
  isHashed: boolean
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** The page's files by path, all in memory: what is not there can't be asked for. */
export async function readAssets(folder: string): Promise<Map<string, Asset>> {
  const assets = new Map<string, Asset>()
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  for (const name of names) {
    const type = TYPES[extname(name)]
    if (type === undefined) continue
    const body = await readFile(join(folder, name))
    const path = `/${name.replaceAll('\\', '/')}`
    assets.set(path, { body, type, isHashed: path.startsWith('/assets/') })
  }
  if (assets.has('/index.html')) return assets
  const message = `${folder}: expected the page of the console`
  throw new InventoryEventsError('USAGE', message)
}
