import { expect, it } from 'vitest'
import { Previews } from '../../../src/console/previews.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const same = (named: readonly string[]) => named
const ana = { user: 'ana', action: 'redrive' }

function previews() {
  const clock = new ManualClock(1_000)
  return { clock, all: new Previews<string>(clock) }
}

it('a preview names exactly what is acted on, once', () => {
  const { all } = previews()
  const { token } = all.issue(ana, ['a', 'b'])
  expect(all.redeem(ana, token, same)).toEqual(['a', 'b'])
  expect(() => all.redeem(ana, token, same)).toThrow('look at a new one')
})

it('a preview whose action could not begin can be used again', () => {
  const { all } = previews()
  const { token } = all.issue(ana, ['a'])
  const busy = () => {
    throw new Error('another one runs')
  }
  expect(() => all.redeem(ana, token, busy)).toThrow('another one runs')
  expect(all.redeem(ana, token, same)).toEqual(['a'])
})

it('a preview is of nobody else, and for nothing else', () => {
  const { all } = previews()
  const { token } = all.issue(ana, ['a'])
  for (const holder of [
    { ...ana, user: 'eve' },
    { ...ana, action: 'discard' },
  ]) {
    expect(() => all.redeem(holder, token, same)).toThrow('look at a new one')
  }
  expect(() => all.redeem(ana, `${token}x`, same)).toThrow('look at a new one')
  expect(all.redeem(ana, token, same)).toEqual(['a'])
})

it('a preview ends after ten minutes', () => {
  const { all, clock } = previews()
  const first = all.issue(ana, ['a'])
  expect(first.endMs).toBe(601_000)
  clock.pass(599_999)
  const second = all.issue(ana, ['b'])
  clock.pass(1)
  expect(() => all.redeem(ana, first.token, same)).toThrow('look at a new one')
  expect(all.redeem(ana, second.token, same)).toEqual(['b'])
})

it('previews are limited in number and size, and a user pushes out only their own', () => {
  const { all } = previews()
  const others = all.issue({ ...ana, user: 'ben' }, ['x'])
  const tokens = ['a', 'b', 'c', 'd'].map((each) => all.issue(ana, [each]).token)
  expect(() => all.redeem(ana, tokens[0]!, same)).toThrow('look at a new one')
  expect(all.redeem(ana, tokens[1]!, same)).toEqual(['b'])
  expect(all.redeem({ ...ana, user: 'ben' }, others.token, same)).toEqual(['x'])
  expect(() => all.issue(ana, Array(20_001).fill('x'))).toThrow('at most 20000 at once')
  for (let n = 0; n < 30; n += 1) all.issue({ ...ana, user: `user ${n}` }, ['y'])
  expect(() => all.redeem(ana, tokens[3]!, same)).toThrow('look at a new one')
})
