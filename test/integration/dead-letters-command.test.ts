import { beforeAll, describe, expect, it } from 'vitest'
import { reject } from '../../src/plugin/returns/returns.ts'
import { moved, wasted } from '../support/events.ts'
import { runCli } from '../support/run-cli.ts'
import { situation } from '../support/service-kit.ts'
import { endpoints } from '../support/stack.ts'
import { startCli } from '../support/start-cli.ts'

const plugins = [
  {
    slug: 'strict',
    title: 'strict',
    wantsProcessEvent: (name: string) => name === 'inventory.moved',
    processEvent: () => reject('it is not in the catalogue', { code: 'UNKNOWN_PRODUCT' }),
  },
  {
    slug: 'broken',
    title: 'broken',
    retry: { maxAttempts: 2, initialDelayMs: 1, maxDelayMs: 1 },
    processEvent() {
      throw new RangeError('no answer\nfrom the vendor', { cause: new Error('time-out') })
    },
  },
]

let s: Awaited<ReturnType<typeof situation>>

beforeAll(async () => {
  // A topic with fewer partitions has them too, in other partitions.
  s = await situation({ plugins, deadLetterPartitions: 2 })
})

async function run(...args: string[]) {
  const { KAFKA_TOPICS, KAFKA_GROUP_ID } = s.settings
  return runCli(['dead-letters', ...args], { env: { KAFKA_TOPICS, KAFKA_GROUP_ID } })
}

type Row = Record<string, string | number | null>

async function rows(...filter: string[]): Promise<Row[]> {
  const { code, stdout, stderr } = await run('list', '--json', ...filter)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout)
}

const brief = ({ plugin, reason, entity, error }: Row) => [plugin, reason, entity, error]

/** The tests below use the dead letters that this one makes. */
it('an event is dead-lettered for each plugin that wants it, an undecodable record once for all', async () => {
  await s.start()
  await s.publish([moved('crate-1', 0, 'm1'), wasted('crate-2', 'w1')])
  await s.produce([{ key: 'crate-3', value: 'no Avro', headers: { from: 'somewhere' } }])
  await s.caughtUp()
  expect(await s.letters()).toHaveLength(4)
})

describe('dead-letters list', () => {
  it('prints the plugin, the reason and the origin of each', async () => {
    const found = await rows()
    expect(found.map(brief).sort()).toEqual([
      ['*', 'undecodable', 'crate-3', expect.stringContaining('expected the Avro frame')],
      ['broken', 'exhausted', 'crate-1', expect.stringContaining('no answer\nfrom the vendor')],
      ['broken', 'exhausted', 'crate-2', expect.stringContaining('no answer\nfrom the vendor')],
      ['strict', 'rejected', 'crate-1', 'it is not in the catalogue'],
    ])
    for (const { place, time, record, status } of found) {
      expect(place).toMatch(new RegExp(`^${s.deadLetters}/[01]@\\d+$`))
      expect(Date.parse(String(time))).toBeGreaterThan(Date.now() - 600_000)
      expect(record).toMatch(new RegExp(`^${s.topic}/[0-2]@\\d+$`))
      expect(status).toBe('open')
    }
    const coded = found.filter(({ code }) => code !== undefined)
    expect(coded.map(({ plugin, code }) => [plugin, code])).toEqual([['strict', 'UNKNOWN_PRODUCT']])
    const times = found.map(({ time }) => time)
    expect(times).toEqual([...times].sort())
    expect(found.map(({ id, name }) => [id, name])).toEqual(
      expect.arrayContaining([
        ['m1', 'inventory.moved'],
        ['w1', 'inventory.wasted'],
        [null, null],
      ]),
    )
  })

  it('is a table with a header, whose cells no terminal obeys', async () => {
    const { stdout } = await run('list', '--plugin', 'broken', '--entity', 'crate-2')
    expect(stdout).toMatch(/^PLACE +TIME +PLUGIN +REASON +ID +NAME +ENTITY +ERROR\n/)
    expect(stdout).toMatch(
      /\n\S+@\d+ {2}\S+Z {2}broken +exhausted +w1 +inventory\.wasted +crate-2 .*no answer\\nfrom the vendor/,
    )
    expect(stdout.trimEnd().split('\n')).toHaveLength(2)
    const strict = await run('list', '--plugin', 'strict')
    expect(strict.stdout).toMatch(/ it is not in the catalogue \(UNKNOWN_PRODUCT\)\n$/)
  })

  it.each([
    [['--plugin', 'strict'], 1],
    [['--reason', 'exhausted'], 2],
    [['--entity', 'crate-1'], 2],
    [['--entity', 'crate-2'], 1],
    [['--entity', 'crate-3'], 1],
    [['--kind', 'inventory.wasted'], 1],
    [['--plugin', 'broken', '--entity', 'crate-2', '--from', '1h'], 1],
    [['--to', '1h'], 0],
    [['--group', 'another'], 0],
  ])('finds those that %j selects', async (filter, count) => {
    expect(await rows(...filter)).toHaveLength(count)
  })

  it('prints at most --limit, and how many more there are', async () => {
    const { stdout, stderr } = await run('list', '--limit', '1')
    expect(stdout.trimEnd().split('\n')).toHaveLength(2)
    expect(stderr).toBe('3 more: raise --limit or narrow the selection\n')
  })

  it.each([
    [['--from', 'yesterday'], 'expected a time such as'],
    [['--from', '2099-01-01T00:00:00Z'], 'expected a time that is not in the future'],
    [['--from', '1h', '--to', '2h'], '--from: expected a time before "to"'],
    [['--reason', 'bored'], 'exhausted, rejected'],
    [['--reason', 'exausted'], 'did you mean exhausted?'],
    [['--plugin', 'strct'], 'did you mean strict?'],
    [['--plugin', 'nope'], 'expected one of '],
    [['--kind', 'inventory.wastd'], 'did you mean inventory.wasted?'],
    [['--kind', 'moved'], 'expected one of inventory.received, '],
  ])('rejects %j', async (filter, message) => {
    expect(await run('list', ...filter)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(message),
    })
  })
})

describe('dead-letters show', () => {
  it('prints the event', async () => {
    const [{ place } = {}] = await rows('--plugin', 'strict')
    const { stdout } = await run('show', String(place), '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      place,
      plugin: 'strict',
      code: 'UNKNOWN_PRODUCT',
      attempts: 1,
      entity: 'crate-1',
      groupId: s.groupId,
      headers: { ce_type: 'inventory.moved' },
      event: { id: 'm1', kind: 'inventory.moved', to: { name: 'Cold Storage' } },
    })
  })

  it('prints an error with its type, place, stack and causes', async () => {
    const [{ place } = {}] = await rows('--plugin', 'broken', '--entity', 'crate-2')
    const { thrown, ...rest } = JSON.parse((await run('show', String(place), '--json')).stdout)
    const error = 'no answer\nfrom the vendor'
    expect(rest).toMatchObject({ error, eventName: 'inventory.wasted', eventId: 'w1' })
    const at = expect.stringMatching(/^dead-letters-command\.test\.ts:\d+:\d+$/)
    expect(thrown).toMatchObject({ type: 'RangeError', at })
    expect(thrown.stack.slice(0, 2)).toEqual([
      'RangeError: no answer',
      `from the vendor at ${thrown.at}`,
    ])
    expect(thrown.stack).toContain('caused by')
    expect(thrown.stack.join('\n')).toMatch(/\n {2}Error: time-out at dead-letters-command/)
  })

  it('prints it for people, without --json', async () => {
    const [{ place } = {}] = await rows('--plugin', 'broken', '--entity', 'crate-1')
    const { stdout } = await run('show', String(place))
    expect(stdout).toMatch(/^error +\S*.*no answer\\nfrom the vendor/m)
    expect(stdout).toMatch(/^plugin +broken$/m)
    expect(stdout).toMatch(/^ {2}"kind": "inventory\.moved"/m)
  })

  it('prints undecodable bytes with the error', async () => {
    const [{ place } = {}] = await rows('--plugin', '*')
    const { stdout } = await run('show', String(place), '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      undecodable: expect.stringContaining('first byte'),
      value: Buffer.from('no Avro').toString('base64'),
      headers: { from: 'somewhere' },
    })
  })

  it.each([
    ['crate-1', 'expected a place such as'],
    ['PLACE', 'there is no dead letter at'],
  ])('rejects %s', async (text, message) => {
    const place = text === 'PLACE' ? `${s.deadLetters}/0@99` : text
    expect(await run('show', place)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(message),
    })
  })
})

it('a plugin without dead letters is known by PLUGINS', async () => {
  const { KAFKA_TOPICS, KAFKA_GROUP_ID } = s.settings
  const env = { KAFKA_TOPICS, KAFKA_GROUP_ID, PLUGINS: './examples/plugins/picky.ts' }
  const list = (slug: string) => runCli(['dead-letters', 'list', '--plugin', slug], { env })
  expect(await list('picky')).toEqual({ code: 0, stdout: '', stderr: '' })
  expect(await list('picki')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('did you mean picky?'),
  })
})

it('a reader of the output may leave, as head does', async () => {
  const { KAFKA_TOPICS, KAFKA_GROUP_ID } = s.settings
  const { child, output, ended } = startCli(['dead-letters', 'export'], {
    ...{ KAFKA_TOPICS, KAFKA_GROUP_ID, KAFKA_BROKERS: endpoints().brokers },
    SCHEMA_REGISTRY_URL: endpoints().registryUrl,
  })
  child.stdout.destroy()
  expect({ code: await ended, err: output.err }).toEqual({ code: 0, err: '' })
})

it('dead-letters export preserves every byte', async () => {
  const { stdout } = await run('export', '--reason', 'undecodable')
  expect(JSON.parse(stdout)).toMatchObject({
    plugin: '*',
    key: Buffer.from('crate-3').toString('base64'),
    value: Buffer.from('no Avro').toString('base64'),
    headers: { from: Buffer.from('somewhere').toString('base64') },
  })
})
