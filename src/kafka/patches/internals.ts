import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** The version whose source the patches were checked against. */
const KNOWN_VERSION = '2.2.4'

/**
 * The prototype of an internal class of kafkajs, to be patched. Undefined for any other version of
 * kafkajs, which is left unpatched. `file` is relative to its `src`.
 */
export function prototypeIn<T>(file: string): T | undefined {
  if (require('kafkajs/package.json').version !== KNOWN_VERSION) return undefined
  return require(`kafkajs/src/${file}`).prototype as T
}
