import { beforeAll, describe, expect, it } from 'vitest'
import { reject } from '../../src/plugin/returns/returns.ts'
import { auditOf } from '../support/audit.ts'
import { moved } from '../support/events.ts'
import { runCli } from '../support/run-cli.ts'
import { readAll, situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'

const plugin = { slug: 'strict', processEvent: () => reject('it is not in the catalogue') }
const IDS = ['a', 'b', 'c', 'd', 'e']

let s: Awaited<ReturnType<typeof situation>>

interface Listed {
  place: string
  id: string | null
  status: string
  unreadable?: string
  discarded?: { by: string; why: string }
}

async function run(...args: string[]) {
  const { KAFKA_TOPICS, KAFKA_GROUP_ID } = s.settings
  return runCli(['dead-letters', ...args], { env: { KAFKA_TOPICS, KAFKA_GROUP_ID } })
}

async function listed(...args: string[]): Promise<Listed[]> {
  const { code, stdout, stderr } = await run('list', '--json', ...args)
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout)
}

async function placeOf(id: string): Promise<string> {
  const found = await listed('--all')
  return found.find((letter) => letter.id === id)!.place
}

const redrivenIds = async () =>
  (await readAll(`${s.topic}.redrive`)).map(({ headers }) => headers.ce_id).sort()

beforeAll(async () => {
  s = await situation({ plugins: [plugin] })
})

/** The tests below use the dead letters that this one makes. The service is down then. */
it('an event is dead-lettered for each id', async () => {
  const service = await s.start()
  await s.publish(IDS.map((id, n) => moved(`lot-${id}`, n, id)))
  await until(async () => (await s.letters()).length === IDS.length, { what: 'the dead letters' })
  await service.stop()
})

describe('dead letters by place and id', () => {
  it('are redriven alone', async () => {
    const preview = await run('redrive', await placeOf('a'), '--json')
    expect(JSON.parse(preview.stdout)).toMatchObject({
      ...{ toRedrive: 1, redrivenBefore: 0, discardedBefore: 0 },
      ...{ byCause: { 'strict rejected': 1 }, letters: [{ id: 'a' }], refused: [] },
    })
    expect((await run('redrive', await placeOf('a'), '--yes')).stdout).toBe(
      '1 redriven, 0 redriven before\n',
    )
    expect((await run('redrive', '--id', 'b', '--id', 'a', '--yes')).stdout).toBe(
      '1 redriven, 1 redriven before\n',
    )
    expect(await redrivenIds()).toEqual(['a', 'b'])
  })

  it('are open no more when they were redriven, and shown with --all', async () => {
    expect((await listed()).map(({ id }) => id).sort()).toEqual(['c', 'd', 'e'])
    const { stderr } = await run('list')
    expect(stderr).toBe('not shown: 2 redriven, 0 discarded; --all shows them\n')
    const all = await listed('--all')
    const statuses = all.map(({ id, status }) => [id, status]).sort()
    expect(statuses.slice(0, 3)).toEqual([
      ['a', 'redriven'],
      ['b', 'redriven'],
      ['c', 'open'],
    ])
    expect((await run('list', '--all')).stdout).toMatch(/^PLACE +STATUS +TIME /)
  })

  it('that are not there, or of no group, change nothing', async () => {
    const missing = `${s.deadLetters}/0@99`
    for (const command of [
      ['redrive', await placeOf('c'), missing, '--yes'],
      ['discard', await placeOf('c'), missing, '--why', 'x', '--yes'],
      ['redrive', '--id', 'c', '--id', 'nobody', '--yes'],
      ['redrive', 'crate-1'],
    ]) {
      const { code, stderr } = await run(...command)
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringMatching(/has no dead letter (at|of an event)|expected a place/),
      })
    }
    expect(await redrivenIds()).toEqual(['a', 'b'])
  })
})

describe('dead-letters discard', () => {
  it('needs a reason and a choice', async () => {
    expect((await run('discard', await placeOf('c'))).stderr).toContain('--why')
    expect((await run('discard', '--why', ' ', '--id', 'c')).stderr).toContain('expected a reason')
    expect((await run('discard', '--why', 'x')).stderr).toContain('expected a place or --id')
  })

  it('is a dry run without --yes', async () => {
    const { stdout } = await run('discard', '--id', 'c', '--why', 'counted by hand')
    expect(stdout).toContain('1 to discard, 0 redriven or discarded before\nDry run.')
    expect((await listed()).map(({ id }) => id).sort()).toEqual(['c', 'd', 'e'])
  })

  it('closes dead letters: they are not listed, and never redriven', async () => {
    const args = ['discard', '--id', 'c', '--why', 'counted by\nhand', '--by', 'ann', '--yes']
    expect((await run(...args)).stdout).toBe('1 discarded, 0 redriven or discarded before\n')
    expect((await run(...args)).stdout).toBe('0 discarded, 1 redriven or discarded before\n')
    expect((await listed()).map(({ id }) => id).sort()).toEqual(['d', 'e'])
    expect((await listed('--all')).find(({ id }) => id === 'c')).toMatchObject({
      status: 'discarded',
      discarded: { by: 'ann', why: 'counted by\nhand' },
    })
    expect((await run('redrive', '--id', 'c', '--yes')).stdout).toBe(
      '0 redriven, 0 redriven before, 1 discarded\n',
    )
    expect((await run('redrive')).stdout).toContain('2 to redrive, 2 redriven before, 1 discarded')
  })
})

describe('dead-letters restore', () => {
  it('needs a reason and a choice, and is a dry run without --yes', async () => {
    expect((await run('restore', await placeOf('c'))).stderr).toContain('--why')
    expect((await run('restore', '--why', 'x')).stderr).toContain('expected a place or --id')
    const { stdout } = await run('restore', '--id', 'c', '--id', 'd', '--why', 'counted again')
    expect(stdout).toMatch(/^PLACE +STATUS .*\n.* discarded .*\n1 to restore, 1 not discarded\n/)
    expect((await listed()).map(({ id }) => id).sort()).toEqual(['d', 'e'])
  })

  it('takes a discard back, as often as one likes, and is in the audit', async () => {
    const args = ['--id', 'c', '--why', 'counted again', '--by', 'ben', '--yes']
    expect((await run('restore', ...args)).stdout).toBe('1 restored, 0 not discarded\n')
    expect((await run('restore', ...args)).stdout).toBe('0 restored, 1 not discarded\n')
    expect((await run('restore', '--id', 'a', '--why', 'x', '--yes')).stdout).toBe(
      '0 restored, 1 not discarded\n',
    )
    expect((await listed()).map(({ id }) => id).sort()).toEqual(['c', 'd', 'e'])
    expect((await run('redrive')).stdout).toContain('3 to redrive, 2 redriven before\n')
    expect(await auditOf(s.groupId)).toContainEqual(
      expect.objectContaining({ action: 'dead-letters restore', phase: 'done', by: 'ben' }),
    )
    expect((await run('discard', ...args)).stdout).toContain('1 discarded, ')
    expect((await listed()).map(({ id }) => id).sort()).toEqual(['d', 'e'])
  })
})

it('one forged dead letter is listed with what is wrong, and stops none of the others', async () => {
  const forged = (headers: Record<string, string>, key: string) => ({
    key,
    value: 'x',
    headers: { 'dlq.plugin': 'strict', 'dlq.topic': s.topic, 'dlq.group': s.groupId, ...headers },
  })
  await s.produce(
    [
      forged({ 'dlq.partition': 'abc', 'dlq.offset': '1' }, 'f1'),
      forged({ 'dlq.partition': '99', 'dlq.offset': '1' }, 'f2'),
      { key: 'f3', value: 'x', headers: {} },
    ],
    s.deadLetters,
  )
  const found = await listed()
  const unreadable = found.flatMap((letter) => letter.unreadable ?? [])
  expect(unreadable.sort()).toEqual([
    'dlq.partition: expected a whole number, got abc',
    expect.stringContaining('dlq.topic: expected a text, got nothing'),
  ])
  expect((await run('list')).stdout).toContain('  unreadable  ')
  const redriven = await run('redrive', '--yes')
  expect(redriven.stdout).toBe('2 redriven, 2 redriven before, 1 discarded\n')
  expect(redriven.code).toBe(1)
  expect(redriven.stderr).toContain('3 dead letters not redriven')
  expect(redriven.stderr).toContain('dlq.partition: expected a whole number, got abc')
  expect(redriven.stderr).toContain(`${s.topic}.redrive has no partition 99`)
  expect(await redrivenIds()).toEqual(['a', 'b', 'd', 'e'])

  const places = (await listed()).map(({ place }) => place)
  expect(places).toHaveLength(3)
  const discarded = await run('discard', ...places, '--why', 'forged', '--yes')
  expect(discarded.stdout).toBe('3 discarded, 0 redriven or discarded before\n')
  expect(await listed()).toEqual([])
  expect(await run('redrive', '--yes')).toMatchObject({
    code: 0,
    stdout: '0 redriven, 4 redriven before, 4 discarded\n',
  })
})

it('is open where a mirror gave it the place of one that was redriven', async () => {
  const origin = { 'dlq.offset': '5', 'dlq.timestamp': '7' }
  const mine = { 'dlq.plugin': 'strict', 'dlq.topic': s.topic, 'dlq.group': s.groupId }
  const headers = { ...mine, 'dlq.partition': '0', ...origin }
  await s.produce([{ partition: 0, key: 'm', value: 'x', headers }], s.deadLetters)
  const [{ place } = { place: '' }] = await listed()
  const redriven = (more: Record<string, string>) => ({
    ...{ partition: 0, key: 'm', value: 'x' },
    headers: { 'redrive.letter': place, 'redrive.group': s.groupId, ...origin, ...more },
  })
  await s.produce(
    [redriven({ 'dlq.offset': '9' }), redriven({ 'dlq.timestamp': '8' })],
    `${s.topic}.redrive`,
  )
  expect(await listed()).toMatchObject([{ place }])
  await s.produce([redriven({})], `${s.topic}.redrive`)
  expect(await listed()).toEqual([])
})
