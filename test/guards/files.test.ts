import { expect, it } from 'vitest'
import { filesUnder, textOf } from '../support/repo-files.ts'

const LINES_MAX = 250
const MACHINE_FOLDERS = ['work', 'root', 'home', 'Users']

it(`no file of src has more than ${LINES_MAX} lines`, () => {
  const long = filesUnder('src').filter((path) => textOf(path).split('\n').length > LINES_MAX + 1)
  expect(long).toEqual([])
})

it('no file contains a machine path', () => {
  const path = new RegExp(`(?<![\\w./~}*-])/(${MACHINE_FOLDERS.join('|')})(?![\\w-])`)
  expect(path.test(`at ${['', 'home', 'somebody'].join('/')}`)).toBe(true)
  expect(filesUnder().filter((name) => path.test(textOf(name)))).toEqual([])
})

/** Reports, returns, again, continues, evicted and abandoned say exactly what is meant. */
const INEXACT = /\b(told|tells?|anew|goes on|put out|given up|somebody)\b/i
const PRODUCT = ['src', 'web', 'docs', 'helm', 'examples', 'templates', 'integrations', 'scripts']
const PAGES = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md']

it('code and pages use the exact words', () => {
  const files = [...PRODUCT.flatMap((folder) => filesUnder(folder)), ...PAGES]
  expect(files.length).toBeGreaterThan(1_000)
  expect(files.filter((path) => INEXACT.test(textOf(path)))).toEqual([])
})
