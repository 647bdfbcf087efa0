import type { Variant, Written } from './variants.ts'

const KIND = 'acme.weighed'
const TIME = '2024-01-15T10:30:00Z'
const LATIN_1 = Buffer.from('LOT-M\xfcller', 'latin1')

const logical = (type: string, logicalType: string, rest: object = {}) => ({
  type,
  logicalType,
  ...rest,
})

function headers({ id }: Written): [string, string][] {
  return [
    ['ce_id', id],
    ['ce_type', KIND],
    ['ce_time', TIME],
  ]
}

type FieldOf = [type: unknown, written: (of: Written) => unknown, shown: (of: Written) => unknown]

/** A record of somebody else, whose fields are handed on. */
function foreign(record: string, fields: Record<string, FieldOf>): Variant {
  const all = Object.entries(fields)
  const each = (pick: (of: FieldOf) => unknown) =>
    Object.fromEntries(all.map(([name, field]) => [name, pick(field)]))
  return {
    schema: JSON.stringify({
      type: 'record',
      name: `acme.${record}`,
      fields: all.map(([name, [type]]) => ({ name, type })),
    }),
    headers,
    value: (of) => each(([, written]) => written(of)),
    fate: (of) => {
      const payload = each(([, , shown]) => shown(of))
      const envelope = { id: of.id, kind: KIND, time: TIME, payload }
      return { type: 'event', name: KIND, event: { ...payload, ...envelope } }
    },
  }
}

const same = (pick: (of: Written) => unknown) => [pick, pick] as const
const constant = (value: unknown) => same(() => value)

/** Records of schemas that are not of the contract. */
export const foreignVariants = {
  'local times': foreign('Local', {
    millis: [
      logical('long', 'local-timestamp-millis'),
      ({ number }) => 1_705_314_600_250 + number * 1_000,
      ({ number }) => after(number).replace('.000', '.250'),
    ],
    micros: [
      logical('long', 'local-timestamp-micros'),
      () => 1_705_314_600_000_001,
      () => '2024-01-15T10:30:00.000001',
    ],
  }),
  'exact numbers': foreign('Exact', {
    price: [
      logical('bytes', 'decimal', { precision: 9, scale: 2 }),
      () => Buffer.from([0x04, 0xd2]),
      () => '12.34',
    ],
    big: [
      'long',
      ({ number }) => 2n ** 60n + BigInt(number),
      ({ number }) => String(2n ** 60n + BigInt(number)),
    ],
    small: ['long', ...same(({ number }) => number)],
  }),
  'an envelope of its own': foreign('Own', {
    id: ['int', ...constant(7)],
    kind: ['string', ...same(({ text }) => text)],
    time: ['string', ...constant('yesterday')],
    payload: ['string', ...same(({ text }) => text)],
  }),
  'a text that is not UTF-8': {
    ...foreign('Text', { lot: ['string', ...constant(LATIN_1)] }),
    fate: () => ({ type: 'undecodable', name: KIND, reason: 'undecodable' }),
  },
  'no headers': {
    ...foreign('Bare', { lot: ['string', ...same(({ text }) => text)] }),
    headers: () => [],
    fate: () => ({ type: 'undecodable', name: 'acme.Bare', reason: 'undecodable' }),
  },
} satisfies Record<string, Variant>

/** The local time so many seconds after the base, with milliseconds. */
function after(seconds: number): string {
  return new Date(1_705_314_600_000 + seconds * 1_000).toISOString().slice(0, -1)
}
