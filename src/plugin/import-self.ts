import nodeModule from 'node:module'
import { extname } from 'node:path'
import { resolve } from './resolve-self.ts'

let isRegistered = false

/**
 * Lets a plugin anywhere on disk import from `inventory-events` without a `node_modules` folder. The
 * import resolves to the modules that the service itself runs.
 */
export function letPluginsImportUs(): void {
  if (isRegistered) return
  isRegistered = true
  // Node 20 has only hooks that run in a separate thread.
  if (nodeModule.registerHooks !== undefined) nodeModule.registerHooks({ resolve })
  else nodeModule.register(`./resolve-self${extname(import.meta.url)}`, import.meta.url)
}
