import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** The version whose source the changes to kafkajs's inside were read against. */
const KNOWN_VERSION = '2.2.4'

/**
 * What methods a class of kafkajs's inside has, to be changed: no public contract. Undefined for
 * another version of kafkajs, which is left alone. `file` is below its `src`.
 */
export function prototypeIn<T>(file: string): T | undefined {
  if (require('kafkajs/package.json').version !== KNOWN_VERSION) return undefined
  return require(`kafkajs/src/${file}`).prototype as T
}
