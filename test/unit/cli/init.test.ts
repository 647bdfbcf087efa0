import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { parse } from 'yaml'
import { createProgram } from '../../../src/cli/program.ts'
import { version } from '../../../src/version.ts'
import { fileShown } from '../../support/pages.ts'
import { textOf } from '../../support/repo-files.ts'

let home: string
let printed: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'init-'))
  printed = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += text
    return true
  })
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(home, { recursive: true, force: true })
})

const init = (folder: string) => createProgram().parseAsync(['init', folder], { from: 'user' })

it('makes a project, and says of what it consists and what is next', async () => {
  const folder = join(home, 'Stock & more')
  await init(folder)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  expect(files).toEqual([
    ...['.dockerignore', '.gitignore', 'Dockerfile', 'README.md', 'events.jsonl', 'package.json'],
    ...['plugins', 'plugins/low-stock.test.ts', 'plugins/low-stock.ts'],
    ...['tsconfig.json', 'values.yaml'],
  ])
  for (const file of files.filter((each) => each !== 'plugins'))
    expect(printed).toContain(`  ${file}\n`)
  expect(printed).toContain(`next:\n  cd '${folder}'\n  npm install`)
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  expect(manifest).toMatchObject({
    name: 'stock-more',
    dependencies: { 'inventory-events': version },
  })
  const texts = files.flatMap((each) =>
    each === 'plugins' ? [] : readFileSync(join(folder, each), 'utf8'),
  )
  expect(texts.filter((text) => text.includes('{{'))).toEqual([])
})

it('refuses a folder that is not empty, and a file', async () => {
  writeFileSync(join(home, 'mine.txt'), 'mine')
  await expect(init(home)).rejects.toMatchObject({
    code: 'USAGE',
    message: `${home}: expected a new or empty folder, got one with mine.txt`,
  })
  await expect(init(join(home, 'mine.txt'))).rejects.toThrow('got a file')
  expect(readdirSync(home)).toEqual(['mine.txt'])
})

it('its plugin, compiler options and chart values are those that the pages describe', () => {
  const template = (path: string) => textOf(`templates/project/${path}`)
  expect(template('plugins/low-stock.ts')).toBe(textOf('examples/plugins/low-stock.ts'))
  const shown = fileShown('docs/getting-started.md', 'tsconfig.json').replace(/^\/\/.*\n/, '')
  expect(JSON.parse(template('tsconfig.json'))).toEqual(JSON.parse(shown))
  const known = pathsOf(parse(textOf('helm/values.yaml')))
  const unknown = pathsOf(parse(template('values.yaml'))).filter((path) => !known.includes(path))
  expect(unknown.filter((path) => !path.startsWith('config.'))).toEqual([])
})

/** `worker.plugins.modules`. */
function pathsOf(value: unknown, at = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [at]
  const inner = Object.entries(value).flatMap(([name, each]) =>
    pathsOf(each, at ? `${at}.${name}` : name),
  )
  return [at, ...inner]
}
