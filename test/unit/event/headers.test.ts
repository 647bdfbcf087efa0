import { describe, expect, it } from 'vitest'
import { HeaderList, headersByName, headersOf } from '../../../src/event/headers.ts'

const list = (...all: [name: string | Buffer, value: string | null][]) =>
  new HeaderList(all.map(([name, value]) => ({ name, value })))

describe('headers by name', () => {
  it('come behind the others, in place of those of their names, unless they are undefined', () => {
    const before = list(['a', '1'], ['b', '2'], ['a', '3'], [Buffer.from([0xff]), '4'], ['c', '5'])
    expect([...headersOf({ a: '6', b: undefined, __proto__: undefined }, before)]).toEqual([
      ...list(['b', '2'], [Buffer.from([0xff]), '4'], ['c', '5'], ['a', '6']),
    ])
  })

  it('are shown in an array where a name repeats, in time linear in their number', () => {
    const shown = headersByName(
      list(['a', '1'], ['b', null], ['a', '2'], ['__proto__', '3']),
      String,
    )
    expect(Object.entries(shown)).toEqual([
      ['a', ['1', '2']],
      ['b', 'null'],
      ['__proto__', '3'],
    ])
    const many = list(...Array.from({ length: 200_000 }, (): [string, string] => ['same', 'x']))
    expect(headersByName(many, String).same).toHaveLength(200_000)
  })
})
