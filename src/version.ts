import { readFileSync } from 'node:fs'

/** The version in package.json, which is one folder up from both `src` and `dist`. */
export const version = read()

function read(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
