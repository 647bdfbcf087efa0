import { pino } from 'pino'
import { beforeEach, expect, it } from 'vitest'
import { type StatusSink, StatusWriter } from '../../../../src/service/status/status-writer.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'
import { replicaStatus } from '../../../support/status.ts'

const INTERVAL_MS = 5_000
let clock: ManualClock
let lines: { msg: string; level: number }[]
let written: (string | null)[]

beforeEach(() => {
  clock = new ManualClock(1_000)
  lines = []
  written = []
})

function writer(
  write: StatusSink['write'],
  collect = async () => ({ status: STATUS, minute: undefined }),
) {
  const status = new StatusWriter({
    replica: 'r',
    intervalMs: INTERVAL_MS,
    descriptions: { key: 'r#plugins', value: Buffer.from('{}') },
    collector: { collect, stop: () => undefined },
    sink: { write, close: async () => undefined },
    clock,
    log: pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) }),
  })
  status.start()
  return status
}

const STATUS = replicaStatus('r')
const note: StatusSink['write'] = async (records) => {
  for (const { key, value } of records) written.push(value === null ? `-${key}` : key)
}

it('writes at once, then every interval, and a tombstone when it stops', async () => {
  const status = writer(note)
  await clock.advance(2 * INTERVAL_MS)
  expect(written).toEqual(['r#plugins', 'r', 'r', 'r'])
  await status.stop()
  expect(written).toEqual(['r#plugins', 'r', 'r', 'r', '-r'])
  expect(clock.pending).toBe(0)
})

it('says once that it cannot write, goes on, and says when it can again', async () => {
  let isAway = true
  const status = writer(async (records) => {
    if (isAway) throw new Error('topic r.status does not exist')
    await note(records)
  })
  await clock.advance(5 * INTERVAL_MS)
  expect(lines.map(({ msg }) => msg)).toEqual(['cannot write the status of this replica'])
  isAway = false
  await clock.advance(INTERVAL_MS)
  expect(written).toEqual(['r#plugins', 'r'])
  expect(lines.at(-1)?.msg).toMatch(/^the status is written again after /)
  await status.stop()
})

it('has one write at a time, and stops within two seconds if that never ends', async () => {
  let calls = 0
  const status = writer(() => {
    calls += 1
    return new Promise(() => undefined)
  })
  await clock.advance(20 * INTERVAL_MS)
  expect(calls).toBe(1)
  let isStopped = false
  const stopped = status.stop().then(() => {
    isStopped = true
  })
  await clock.advance(2_000)
  await settled()
  expect(isStopped).toBe(true)
  await stopped
})

it('survives a collector that throws', async () => {
  const status = writer(note, async () => {
    throw new Error('a defect')
  })
  await clock.advance(INTERVAL_MS)
  expect(lines).toHaveLength(1)
  await status.stop()
})
