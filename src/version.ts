import { readFileSync } from 'node:fs'

/** The version of this package; its package.json is one folder up from `src` and from `dist`. */
export const version = read()

function read(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
