import { expect, it } from 'vitest'
import { type LoadedPlugin, withDefaults } from '../../../../src/plugin/loaded-plugin.ts'
import { describePlugins } from '../../../../src/service/status/describe-plugins.ts'
import {
  decodeDescriptions,
  encodeDescriptions,
} from '../../../../src/status/description-record.ts'

const DEFAULTS = {
  retry: { maxAttempts: 5, initialDelayMs: 1, maxDelayMs: 1 },
  ...{ timeoutMs: 9, concurrency: 2, maxStateBytes: 1 },
}
const processEvent = () => undefined
const plain = withDefaults({ slug: 'plain', processEvent }, 'p.ts', DEFAULTS)
const where = { exact: { 'data.kind': 'inventory.moved' } } as const

it('says what plugins want, and how they are called, as a record of the status topic', () => {
  const picky = withDefaults(
    { slug: 'picky', wants: ['inventory.*'], where, processEvent },
    'p.ts',
    DEFAULTS,
  )
  const byCode = withDefaults(
    { slug: 'coded', wantsProcessEvent: () => true, processEvent },
    'p.ts',
    DEFAULTS,
  )
  const described = describePlugins([plain, picky, byCode])
  expect(described).toMatchObject([
    { slug: 'plain', wants: null, where: null, isDecidedByCode: false, maxAttempts: 5 },
    { slug: 'picky', wants: ['inventory.*'], where, isDecidedByCode: false },
    { slug: 'coded', wants: null, isDecidedByCode: true },
  ])
  const { key, value } = encodeDescriptions('r', described)
  expect(key).toBe('r#plugins')
  expect(decodeDescriptions(value)).toEqual(described)
})

it('says settings without what is secret, or might be', () => {
  const settings = {
    ...{ url: 'https://ana:hunter2@shop.test/?token=abc', apiKey: 'k-1234', limit: 5 },
    ...{ pin: 'pin-9876', note: 'with pin-9876 in it', when: () => 1, list: ['a'] },
  }
  const plugin: LoadedPlugin = { ...plain, settings, secrets: ['pin'], secretTexts: ['pin-9876'] }
  const [described] = describePlugins([plugin])
  expect(described?.settings).toEqual([
    { name: 'url', text: 'https://***@shop.test/?token=***' },
    { name: 'apiKey', text: null },
    { name: 'limit', text: '5' },
    { name: 'pin', text: null },
    { name: 'note', text: 'with *** in it' },
    { name: 'when', text: null },
    { name: 'list', text: '["a"]' },
  ])
})
