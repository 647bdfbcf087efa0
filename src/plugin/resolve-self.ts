import { extname } from 'node:path'

// `.ts` in a clone of the repository, `.js` in the published package.
const extension = extname(import.meta.url)

const own = new Map([
  ['inventory-events', new URL(`../index${extension}`, import.meta.url).href],
  ['inventory-events/publisher', new URL(`../publisher${extension}`, import.meta.url).href],
  ['inventory-events/testing', new URL(`../testing${extension}`, import.meta.url).href],
])

interface Resolved {
  url: string
  shortCircuit?: boolean
}

/** A resolve hook of Node's module loader. Works as a synchronous and as an asynchronous hook. */
export function resolve<Context, Result>(
  specifier: string,
  context: Context,
  next: (specifier: string, context: Context) => Result,
): Result | Resolved {
  const url = own.get(specifier)
  return url === undefined ? next(specifier, context) : { url, shortCircuit: true }
}
