import { beforeAll, describe, expect, it } from 'vitest'
import { reject } from '../../src/plugin/plugin.ts'
import { moved, wasted } from '../support/events.ts'
import { runCli } from '../support/run-cli.ts'
import { situation } from '../support/service-kit.ts'

const plugins = [
  {
    slug: 'strict',
    title: 'strict',
    wantsProcessEvent: (name: string) => name === 'inventory.moved',
    processEvent: () => reject('it is not in the catalogue'),
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

async function rows(...filter: string[]): Promise<string[][]> {
  const { code, stdout, stderr } = await run('list', ...filter)
  expect(code, stderr).toBe(0)
  const lines = stdout.split('\n').filter((line) => line !== '')
  return lines.map((line) => line.split('\t'))
}

const brief = (row: string[]) => [row[2], row[3], row[4], row[6]]

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
    const thrown = expect.stringMatching(
      /^RangeError: no answer from the vendor at dead-letters-command\.test\.ts:\d+:\d+$/,
    )
    expect(found.map(brief).sort()).toEqual([
      ['*', 'undecodable', 'crate-3', expect.stringContaining('expected the Avro frame')],
      ['broken', 'exhausted', 'crate-1', thrown],
      ['broken', 'exhausted', 'crate-2', thrown],
      ['strict', 'rejected', 'crate-1', 'it is not in the catalogue'],
    ])
    for (const [place, time, , , , origin] of found) {
      expect(place).toMatch(new RegExp(`^${s.deadLetters}/[01]@\\d+$`))
      expect(Date.parse(time!)).toBeGreaterThan(Date.now() - 600_000)
      expect(origin).toMatch(new RegExp(`^${s.topic}/[0-2]@\\d+$`))
    }
    const times = found.map(([, time]) => time)
    expect(times).toEqual([...times].sort())
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
    expect(stdout.split('\n')).toHaveLength(2)
    expect(stderr).toBe('3 more: raise --limit or narrow the selection\n')
  })

  it.each([
    [['--from', 'yesterday'], 'expected a time such as'],
    [['--reason', 'bored'], 'exhausted, rejected'],
  ])('rejects %j', async (filter, message) => {
    expect(await run('list', ...filter)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(message),
    })
  })
})

describe('dead-letters show', () => {
  it('prints the event', async () => {
    const [[place] = []] = await rows('--plugin', 'strict')
    const { stdout } = await run('show', place!)
    expect(JSON.parse(stdout)).toMatchObject({
      place,
      plugin: 'strict',
      attempts: 1,
      entity: 'crate-1',
      groupId: s.groupId,
      headers: { ce_type: 'inventory.moved' },
      event: { id: 'm1', kind: 'inventory.moved', to: { name: 'Cold Storage' } },
    })
  })

  it('prints an error with its type, place, stack and causes', async () => {
    const [[place] = []] = await rows('--plugin', 'broken', '--entity', 'crate-2')
    const { thrown, ...rest } = JSON.parse((await run('show', place!)).stdout)
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

  it('prints undecodable bytes with the error', async () => {
    const [[place] = []] = await rows('--plugin', '*')
    const { stdout } = await run('show', place!)
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

it('dead-letters export preserves every byte', async () => {
  const { stdout } = await run('export', '--reason', 'undecodable')
  expect(JSON.parse(stdout)).toMatchObject({
    plugin: '*',
    key: Buffer.from('crate-3').toString('base64'),
    value: Buffer.from('no Avro').toString('base64'),
    headers: { from: Buffer.from('somewhere').toString('base64') },
  })
})
