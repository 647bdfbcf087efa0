import { expect, it } from 'vitest'
import { describeHealth } from '../../../src/service/describe-health.ts'

type Said = Record<'pause' | 'unready', { slug: string; why: string }[]>

function described(said: Partial<Said>, ...disabled: string[]) {
  return describeHealth(
    { in: (status) => said[status] ?? [] },
    { stateOf: (slug) => (disabled.includes(slug) ? 'disabled' : 'enabled') },
  )
}

it('is well while all plugins are', () => {
  expect(described({})).toEqual({ name: 'plugin-health', ok: true })
})

it('fails while a plugin says that it is not ready, and notes who is paused', () => {
  const said = { unready: [{ slug: 'a', why: 'cold' }], pause: [{ slug: 'b', why: 'gone' }] }
  expect(described(said)).toEqual({
    name: 'plugin-health',
    ok: false,
    why: 'not ready: a (cold)',
    note: 'paused by themselves: b (gone)',
  })
})

it('does not heed a plugin that is disabled', () => {
  expect(described({ unready: [{ slug: 'a', why: 'cold' }] }, 'a')).toEqual({
    name: 'plugin-health',
    ok: true,
  })
})
