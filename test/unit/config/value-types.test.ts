import { describe, expect, it } from 'vitest'
import {
  brokers,
  certificates,
  flag,
  httpUrl,
  integer,
  oneOf,
  pluginSpecifiers,
  privateKey,
  topics,
  type ValueType,
} from '../../../src/config/value-types.ts'
import { certificateText } from '../../support/secure-certificates.ts'

const own = certificateText('ann')
const { cert: ca } = certificateText('other')
const cut = own.cert.replace(/\n-----END/, 'A\n-----END')

const cases: [string, ValueType<unknown>, [string, unknown][], string[]][] = [
  [
    'brokers',
    brokers,
    [
      ['kafka:9092', ['kafka:9092']],
      ['a.b-c:1, 10.0.0.1:65535', ['a.b-c:1', '10.0.0.1:65535']],
      ['[::1]:9092', ['[::1]:9092']],
    ],
    [
      'kafka',
      'kafka:',
      ':9092',
      'kafka:0',
      'kafka:65536',
      'a:1,,b:2',
      'a:1,a:1',
      'http://a:1',
      ',',
    ],
  ],
  [
    'topics',
    topics,
    [['inventory.events,plugin.events', ['inventory.events', 'plugin.events']]],
    ['a b', 'a,', '.', '..', 'a,a', 'x'.repeat(250)],
  ],
  ['plugins', pluginSpecifiers, [['./a b.ts, pkg', ['./a b.ts', 'pkg']]], ['a,,b', 'a,a']],
  [
    'flag',
    flag,
    [
      ['true', true],
      ['false', false],
    ],
    ['1', 'yes', 'TRUE', 'toString'],
  ],
  [
    'integer',
    integer(1, 100),
    [
      ['1', 1],
      ['100', 100],
      ['007', 7],
    ],
    ['0', '101', '-1', '1.5', '1e1', '0x1', '1_0', 'ten', 'NaN'],
  ],
  ['oneOf', oneOf('plain', 'scram'), [['plain', 'plain']], ['Plain', 'plain,scram']],
  [
    'url',
    httpUrl,
    [
      ['http://registry:8081', 'http://registry:8081'],
      ['https://registry/path/', 'https://registry/path'],
    ],
    [
      'registry:8081',
      'ftp://registry',
      'http://',
      'http://u:p@registry',
      'http://r?x=1',
      'http://r#x',
    ],
  ],
  [
    'certificates',
    certificates,
    [
      [own.cert, own.cert],
      [`# ours\n${own.cert}${ca}`, `# ours\n${own.cert}${ca}`],
      [own.both, own.both],
    ],
    ['/etc/ca.pem', own.key, cut, `${ca}${cut}`],
  ],
  [
    'privateKey',
    privateKey,
    [
      [own.key, own.key],
      [own.both, own.both],
    ],
    ['/etc/key.pem', own.cert, own.key.slice(0, -60)],
  ],
]

describe.each(cases)('%s', (_name, type, good, bad) => {
  it.each(good)('reads %j', (text, value) => expect(type.parse(text)).toEqual(value))
  it.each(bad)('rejects %j', (text) => expect(type.parse(text)).toBeUndefined())
})
