import fc from 'fast-check'
import { text } from '../../support/arbitraries.ts'
import { SLUGS } from '../judge/plugins.ts'
import { VARIANT_NAMES } from '../variants/variants.ts'
import { inventory, ofPlugin, wasted } from './arbitrary-events.ts'
import type { BadBody, Command, Dressing, Step } from './step.ts'

const HEADERS = [
  '__proto__',
  'constructor',
  'ce_id',
  'ce_type',
  'ce_time',
  'traceparent',
  'content-type',
  'dlq.plugin',
  'dlq.offset',
  'redrive.plugin',
  'ä',
]

const header = fc.tuple(
  fc.oneof(fc.constantFrom(...HEADERS), fc.string({ maxLength: 4 })),
  // One byte a character: mostly no UTF-8.
  fc.option(fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes).toString('latin1'))),
)

const FORGED_HEADERS = [
  'dlq.partition',
  'dlq.offset',
  'dlq.topic',
  'dlq.timestamp',
  'dlq.attempts',
  'dlq.reason',
  'dlq.error',
]

/** Long ago, before 1970, no time at all, and beyond JavaScript's dates. */
const TIMESTAMPS = [
  '0',
  '1705314600000',
  '-1',
  '-62135596800001',
  '8640000000000001',
  '9223372036854775807',
]

function dressingWith(key: fc.Arbitrary<string | null>): fc.Arbitrary<Dressing> {
  return fc.record(
    {
      partition: fc.constantFrom(0, 1),
      key,
      headers: fc.oneof(
        { weight: 9, arbitrary: fc.array(header, { maxLength: 3 }) },
        { weight: 1, arbitrary: fc.array(header, { minLength: 100, maxLength: 200 }) },
      ),
      timestamp: fc.constantFrom(...TIMESTAMPS),
      codec: fc.constantFrom('none', 'gzip', 'snappy', 'zstd'),
    },
    { requiredKeys: ['partition', 'key', 'headers', 'codec'], noNullPrototype: true },
  )
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

/** The contract has keys in UTF-8, or none. */
const dressing = dressingWith(
  fc.option(
    text.map((key) => base64(Buffer.from(key))),
    { nil: null },
  ),
)
const anyDressing = dressingWith(
  fc.option(fc.uint8Array({ maxLength: 12 }).map(base64), { nil: null }),
)

const BODIES: BadBody[] = [
  'unclosed string',
  'backslashes',
  'lines of x',
  'huge entity id',
  'huge id',
  'deep lists',
  'not UTF-8',
  'nothing',
  'wrong signature',
  'wrong type',
  'missing field',
  'inexact integer',
  'unknown path',
]

const commands: [weight: number, command: fc.Arbitrary<unknown>][] = [
  [1, fc.record({ name: fc.constant('events'), state: fc.constantFrom('on', 'off') })],
  [
    2,
    fc.record({ name: fc.constantFrom('events status', 'states', 'check', 'letters', 'replay') }),
  ],
  [3, fc.record({ name: fc.constant('explain'), of: fc.constantFrom('last', 'last', 'nothing') })],
]

const command = weighted(commands) as fc.Arbitrary<Command>

const families = fc.oneof(
  fc.array(inventory, { minLength: 1, maxLength: 4 }),
  fc.array(ofPlugin, { minLength: 1, maxLength: 4 }),
)

const of = <Name extends Step['do']>(
  name: Name,
  fields: { [K in keyof Omit<Extract<Step, { do: Name }>, 'do'>]: fc.Arbitrary<unknown> },
): fc.Arbitrary<Step> =>
  fc.record(
    { do: fc.constant(name), ...fields },
    { noNullPrototype: true },
  ) as fc.Arbitrary<unknown> as fc.Arbitrary<Step>

/** The kinds of steps, and how often each is chosen. */
const steps: [weight: number, step: fc.Arbitrary<Step>][] = [
  [8, of('publish', { events: families })],
  [8, of('post', { form: fc.constantFrom('json', 'list', 'lines'), events: families })],
  [
    6,
    of('refuse', { body: fc.constantFrom(...BODIES), size: fc.integer({ min: 0, max: 240_000 }) }),
  ],
  [
    10,
    of('record', {
      event: fc.oneof(wasted, inventory, ofPlugin),
      dressing: fc.oneof({ weight: 4, arbitrary: dressing }, { weight: 1, arbitrary: anyDressing }),
    }),
  ],
  [
    6,
    of('garbage', {
      bytes: fc.uint8Array({ maxLength: 40 }).map(base64),
      framed: fc.boolean(),
      dressing: anyDressing,
    }),
  ],
  [5, of('change', { event: wasted, at: fc.nat(500), byte: fc.nat(255), dressing: anyDressing })],
  [2, of('tombstone', { dressing: anyDressing })],
  [
    16,
    of('variant', {
      variant: fc.constantFrom(...VARIANT_NAMES),
      text,
      number: fc.integer({ min: -1_000_000, max: 1_000_000 }),
      dressing,
    }),
  ],
  [
    6,
    of('twice', { how: fc.constantFrom('same', 'upgraded', 'conflict'), event: wasted, dressing }),
  ],
  [1, of('bomb', { nulls: fc.integer({ min: 1_500_000, max: 4_000_000 }), dressing })],
  [
    1,
    of('too large for a letter', {
      bytes: fc.integer({ min: 140_000, max: 400_000 }),
      dressing,
    }),
  ],
  [
    2,
    of('forge', {
      header: fc.constantFrom(...FORGED_HEADERS),
      value: fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom('\u001b[2J', 'abc')),
    }),
  ],
  [
    3,
    of('switch', {
      slug: fc.constantFrom(...SLUGS, ...SLUGS, 'nobody'),
      names: fc.array(fc.constantFrom('pause', 'resume', 'enable', 'disable'), {
        minLength: 1,
        maxLength: 4,
      }),
    }),
  ],
  [4, of('command', { command })],
]

export const step: fc.Arbitrary<Step> = weighted(steps)

function weighted<T>(choices: [weight: number, arbitrary: fc.Arbitrary<T>][]): fc.Arbitrary<T> {
  return fc.oneof(...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })))
}
