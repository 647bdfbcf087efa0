import { describe, expect, it } from 'vitest'
import { slowText } from '../support/regex/steps.ts'
import { filesUnder, textOf } from '../support/repo-files.ts'

/** Where a value may stand, so that a slash begins an expression and not a division or a comment. */
const LITERAL =
  /(?:^|[(,=:[!&|?{};]|\breturn)\s*\/(?![/*])((?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/([dgimsuvy]*)/gm

/** What only `demo` and `stack` need reads the output of programs that they start. */
const isOfService = (path: string) => !path.startsWith('src/dev/')

const literals = filesUnder('src')
  .filter(isOfService)
  .flatMap((path) =>
    [...textOf(path).matchAll(LITERAL)].map(([, source, flags]) => ({
      path,
      regex: new RegExp(source!, flags),
    })),
  )

describe('the search for slow expressions', () => {
  it.each([
    /"[^"\\]*(?:\\.[^"\\]*)*"/g,
    /(a+)+$/,
    /^(\w|\d)*:/,
    /^\w*\d*:/,
    /\s+$/,
    /\/+$/,
    /x.*y/,
    /\?.*$/,
    /one|alert (.*certificate|unknown)/,
    /^ab\s*c?\s*d/,
    /[\w-]*\d[\w-]*/g,
  ])('finds %s', (regex) => {
    expect(slowText(regex)).toBeDefined()
  })

  it.each([
    /\s+/g,
    /^\d{4}-\d\d$/,
    /^[a-z\d]+_[a-z\d_]+\.(?:created|saved)$/,
    /^Bearer +(\S+) *$/i,
    /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g,
    /(?<!\\)\./,
  ])('lets %s pass', (regex) => {
    expect(slowText(regex)).toBeUndefined()
  })
})

/** Most of them meet text of other people sooner or later: a body, a header, a message, a record. */
describe('each regular expression of the service', () => {
  it('is written as one, so that it is seen here', () => {
    expect(filesUnder('src').filter((path) => /\bRegExp\(/.test(textOf(path)))).toEqual([])
    expect(literals.length).toBeGreaterThan(50)
  })

  it.each(literals)('$path: $regex takes steps in proportion to the text', ({ regex }) => {
    expect(slowText(regex)).toBeUndefined()
  })
})
