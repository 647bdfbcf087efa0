import { describe, expect, it } from 'vitest'
import {
  type ControlRecord,
  decodeControl,
  encodeControl,
  isSwitch,
  slugOfKey,
} from '../../../src/control/control-record.ts'

const audit = { by: 'ann@host', at: '2026-01-02T03:04:05.678Z', why: 'a "quoted" reason' }

describe('a control record', () => {
  it.each<ControlRecord>([
    { switch: 'plugin', slug: 'cold-chain', state: 'paused', ...audit },
    { switch: 'events', state: 'off', ...audit },
    { switch: 'start', slug: 'a', offsets: { 'inventory.events': { 0: 0, 11: 7 } }, ...audit },
  ])('is decoded as it was encoded: $switch', (record) => {
    const { key, value } = encodeControl(record)
    expect(decodeControl(key, value)).toEqual(record)
  })

  it.each([
    ['events', '{"v":2,"state":"on"}', 'expected version 1, got 2'],
    ['events', '{"v":1,"state":"maybe"}', 'expected state on or off, got "maybe"'],
    ['plugin:a', '{"v":1}', 'expected state enabled or disabled or paused, got undefined'],
    ['start:a', '{"v":1}', 'expected offsets by topic and partition, got undefined'],
    ['start:a', '{"v":1,"offsets":{"t":3}}', 'expected offsets by topic and partition, got 3'],
    ['start:a', '{"v":1,"offsets":{"t":{"0":-1}}}', 'by partition, got {"0":-1} for t'],
    ['start:a', '{"v":1,"offsets":{"t":{"x":1}}}', 'by partition, got {"x":1} for t'],
    ['lights', '{"v":1,"state":"on"}', 'unknown switch'],
    ['events', 'null', 'cannot be read'],
    ['events', '{', 'cannot be read'],
  ])('that this version does not know is rejected: %s %s', (key, value, why) => {
    expect(() => decodeControl(key, Buffer.from(value))).toThrow(why)
    expect(() => decodeControl(key, Buffer.from(value))).toThrow(
      expect.objectContaining({ code: 'CONTROL_INVALID' }),
    )
  })
})

it.each([
  ['plugin:cold-chain', true, 'cold-chain'],
  ['start:cold-chain', true, 'cold-chain'],
  ['replay:cold-chain', false, 'cold-chain'],
  ['events', true, undefined],
  ['split:', false, undefined],
])('the key %s identifies its record', (key, isOne, slug) => {
  expect([isSwitch(key), slugOfKey(key)]).toEqual([isOne, slug])
})
