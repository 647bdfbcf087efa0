import { describe, expect, it } from 'vitest'
import {
  type ControlRecord,
  decodeControl,
  encodeControl,
} from '../../../src/control/control-record.ts'

const audit = { by: 'ann@host', at: '2026-01-02T03:04:05.678Z', why: 'a "quoted" reason' }

describe('a control record', () => {
  it.each<ControlRecord>([
    { switch: 'plugin', slug: 'cold-chain', state: 'paused', ...audit },
    { switch: 'events', state: 'off', ...audit },
  ])('comes back as it was written: $switch', (record) => {
    const { key, value } = encodeControl(record)
    expect(decodeControl(key, value)).toEqual(record)
  })

  it.each([
    ['events', '{"v":2,"state":"on"}', 'expected version 1, got 2'],
    ['events', '{"v":1,"state":"maybe"}', 'expected state on or off, got "maybe"'],
    ['plugin:a', '{"v":1}', 'expected state enabled or disabled or paused, got undefined'],
    ['lights', '{"v":1,"state":"on"}', 'no switch has this key'],
    ['events', 'null', 'cannot be read'],
    ['events', '{', 'cannot be read'],
  ])('that this version does not know is refused: %s %s', (key, value, why) => {
    expect(() => decodeControl(key, Buffer.from(value))).toThrow(why)
    expect(() => decodeControl(key, Buffer.from(value))).toThrow(
      expect.objectContaining({ code: 'CONTROL_INVALID' }),
    )
  })
})
