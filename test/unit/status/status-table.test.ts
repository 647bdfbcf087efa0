import { beforeEach, expect, it } from 'vitest'
import { EVERYTHING } from '../../../src/console/filters/described-plugin.ts'
import { encodeDescriptions } from '../../../src/status/description-record.ts'
import { encodeMinute, encodeStatus } from '../../../src/status/status-record.ts'
import { StatusTable } from '../../../src/status/status-table.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { replicaStatus } from '../../support/status.ts'

const HOUR_MS = 3_600_000
let clock: ManualClock
let table: StatusTable

beforeEach(() => {
  clock = new ManualClock(10 * HOUR_MS)
  table = new StatusTable(clock)
})

const take = (record: { key: string; value: Buffer | null }, timestampMs = clock.now()) =>
  table.take({ key: Buffer.from(record.key), value: record.value, timestampMs })
const states = () => table.replicas().map(({ replica, state, ageMs }) => [replica, state, ageMs])
const minute = (minuteMs: number) => ({
  ...{ replica: 'a', minuteMs, lag: 0, oldestMs: 0, loopDelayMs: 0 },
  plugins: [],
})

it('names a replica silent when three of its records did not come, and keeps its last one', () => {
  take(encodeStatus(replicaStatus('a')))
  take(encodeStatus(replicaStatus('b', { intervalMs: 60_000 })))
  clock.pass(15_000)
  expect(states()).toEqual([
    ['a', 'reporting', 15_000],
    ['b', 'reporting', 15_000],
  ])
  clock.pass(1)
  expect(states()).toEqual([
    ['a', 'silent', 15_001],
    ['b', 'reporting', 15_001],
  ])
  expect(table.replicas()[0]?.status?.version).toBe('1.2.3')
})

it('forgets what stopped at once, and what is silent after an hour', () => {
  take(encodeStatus(replicaStatus('a')))
  take(encodeStatus(replicaStatus('b')))
  take({ key: 'a', value: null })
  expect(states()).toEqual([['b', 'reporting', 0]])
  clock.pass(HOUR_MS + 1)
  expect(states()).toEqual([])
})

it('names a replica that it cannot read, with what it read before', () => {
  take(encodeStatus(replicaStatus('a')))
  take({ key: 'a', value: Buffer.from('{"v":2}') })
  expect(table.replicas()).toMatchObject([
    { state: 'unreadable', why: 'v: expected format 1, got 2', status: { replica: 'a' } },
  ])
  take(encodeStatus(replicaStatus('a')))
  expect(table.replicas()).toMatchObject([{ state: 'reporting', why: null }])
})

it('believes no record that speaks for another replica', () => {
  take({ key: 'a', value: encodeStatus(replicaStatus('b')).value })
  expect(table.replicas()).toMatchObject([{ replica: 'a', state: 'unreadable', status: null }])
})

it('lets no record from the future make the others old', () => {
  take(encodeStatus(replicaStatus('a')))
  take(encodeStatus(replicaStatus('z')), 100 * HOUR_MS)
  expect(states()).toEqual([
    ['a', 'reporting', 0],
    ['z', 'reporting', 0],
  ])
})

it('has the minutes of the last hour in their order, also where compaction put them first', () => {
  const nowMs = clock.now()
  take(encodeMinute(minute(nowMs - 60_000)))
  take(encodeMinute(minute(nowMs - 120_000)))
  take({ key: 'a#7', value: Buffer.from('nothing') })
  take({ key: 'a#60', value: encodeMinute(minute(nowMs)).value })
  expect(table.replicas()).toEqual([])
  take(encodeStatus(replicaStatus('a')))
  const minutes = () => table.replicas()[0]!.minutes.map(({ minuteMs }) => minuteMs - nowMs)
  expect(minutes()).toEqual([-120_000, -60_000])
  clock.pass(HOUR_MS - 90_000)
  take(encodeStatus(replicaStatus('a')))
  expect(minutes()).toEqual([-60_000])
})

it('is bounded whatever is written', () => {
  for (let n = 0; n < 1_500; n += 1) take(encodeStatus(replicaStatus(`r${n}`)))
  take(encodeStatus(replicaStatus('x'.repeat(301))))
  table.take({ key: null, value: Buffer.from('{}'), timestampMs: 0 })
  expect(table.replicas()).toHaveLength(1_000)
})

it('keeps what the plugins of a replica are, as it said last, and takes no harm from others', () => {
  const describedAs = (title: string) => encodeDescriptions('a', [{ ...EVERYTHING, title }])
  take(encodeStatus(replicaStatus('a')))
  expect(table.replicas()[0]?.descriptions).toEqual([])
  take(describedAs('first'))
  take(describedAs('second'))
  expect(table.replicas()[0]?.descriptions).toMatchObject([{ title: 'second' }])
  take({ key: 'a#plugins', value: Buffer.from('{"v":1,"plugins":[{"slug":1}]}') })
  expect(table.replicas()).toMatchObject([{ state: 'reporting', why: null, descriptions: [] }])
})
