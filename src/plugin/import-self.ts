import nodeModule from 'node:module'
import { extname } from 'node:path'
import { resolve } from './resolve-self.ts'

let isRegistered = false

/**
 * Lets a plugin anywhere on disk import from `inventory-events`, with no `node_modules` beside it:
 * it is given the modules that the service itself runs.
 */
export function letPluginsImportUs(): void {
  if (isRegistered) return
  isRegistered = true
  // Node 20 has only the hooks that run in a thread of their own.
  if (nodeModule.registerHooks !== undefined) nodeModule.registerHooks({ resolve })
  else nodeModule.register(`./resolve-self${extname(import.meta.url)}`, import.meta.url)
}
