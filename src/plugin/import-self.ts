import { registerHooks } from 'node:module'
import { resolve } from './resolve-self.ts'

let isRegistered = false

/**
 * Lets a plugin anywhere on disk import from `inventory-events` without a `node_modules` folder. The
 * import resolves to the modules that the service itself runs.
 */
export function letPluginsImportUs(): void {
  if (isRegistered) return
  isRegistered = true
  registerHooks({ resolve })
}
