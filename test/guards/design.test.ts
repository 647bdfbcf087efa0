import { expect, it } from 'vitest'
import { filesUnder, textOf } from '../support/repo-files.ts'

const design = textOf('docs/design.md')
const quoted = [...design.matchAll(/`([^`\n]+)`/g)].map(([, text]) => text!)
const files = filesUnder()

it('docs/design.md names existing files and folders', () => {
  const named = quoted.filter((text) => /^[\w./-]+(\/|\.(ts|mjs|yml|json|avsc))$/.test(text))
  expect(named.length).toBeGreaterThan(40)
  expect(named.filter((name) => !isThere(name))).toEqual([])
})

it('docs/guarantees.md names an existing test in each row', () => {
  const rows = textOf('docs/guarantees.md')
    .split('\n')
    .filter((line) => /^\| (?!when|shared|---)/.test(line))
  const tests = rows.map((row) => [...row.matchAll(/`(test\/[^`]+)`/g)].map(([, path]) => path!))
  expect(rows.length).toBeGreaterThan(10)
  expect(rows.filter((_, row) => tests[row]!.length === 0)).toEqual([])
  expect(tests.flat().filter((path) => !files.includes(path))).toEqual([])
})

it('docs/design.md names every folder of src', () => {
  const folders = new Set(filesUnder('src').flatMap((path) => /^src\/\w+\//.exec(path) ?? []))
  expect(folders.size).toBeGreaterThan(10)
  expect([...folders].filter((folder) => !quoted.includes(folder))).toEqual([])
})

it('docs/design.md names every step of the way in its order', () => {
  const way = 'fetch → peek → route → decode → order → dedupe → handle → settle → commit'
  expect(textOf('src/pipeline/pipeline.ts')).toContain(way)
  expect(quoted).toContain(way)
  const steps = [...design.matchAll(/^\| (\w+) \| `src\//gm)].map(([, step]) => step)
  expect(steps.join(' → ')).toBe(way)
})

/** Whether it is a path from the root, or the name of a file in src. */
function isThere(name: string): boolean {
  if (name.endsWith('/')) return files.some((path) => path.startsWith(name))
  return name.includes('/') ? files.includes(name) : files.some((path) => path.endsWith(`/${name}`))
}
