import { dirname } from 'node:path/posix'
import { expect, it } from 'vitest'
import { filesUnder, textOf } from '../support/repo-files.ts'

const design = textOf('docs/design.md')
const quoted = [...design.matchAll(/`([^`\n]+)`/g)].map(([, text]) => text!)
const files = filesUnder()

it('docs/design.md names files that are there', () => {
  const named = quoted.filter((text) => /^[\w-]+(\.\w+)*\.(ts|mjs|yml|json|avsc)$/.test(text))
  const isThere = (name: string) => files.some((path) => path.endsWith(`/${name}`))
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter((name) => !isThere(name))).toEqual([])
})

it('docs/guarantees.md names a test that is there for each row', () => {
  const rows = textOf('docs/guarantees.md')
    .split('\n')
    .filter((line) => /^\| (?!when|shared|---)/.test(line))
  const tests = rows.map((row) => [...row.matchAll(/`(test\/[^`]+)`/g)].map(([, path]) => path!))
  expect(rows.length).toBeGreaterThan(10)
  expect(rows.filter((_, row) => tests[row]!.length === 0)).toEqual([])
})

it('docs/design.md names every folder of src', () => {
  const folders = new Set(filesUnder('src').map((path) => `${dirname(path)}/`))
  expect(folders.size).toBeGreaterThan(10)
  expect([...folders].filter((folder) => folder !== 'src/' && !quoted.includes(folder))).toEqual([])
})

it('docs/design.md names every step of the way in its order', () => {
  const way = 'fetch → peek → route → decode → order → dedupe → handle → settle → commit'
  expect(textOf('src/pipeline/pipeline.ts')).toContain(way)
  expect(quoted).toContain(way)
  const steps = [...design.matchAll(/^\| (\w+) \| `src\//gm)].map(([, step]) => step)
  expect(steps.join(' → ')).toBe(way)
})
