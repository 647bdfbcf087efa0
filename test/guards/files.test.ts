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
