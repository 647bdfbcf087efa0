import { reject } from 'inventory-events'
import { expect, it } from 'vitest'
import { moved } from '../support/events.ts'
import { runCli } from '../support/run-cli.ts'
import { situation } from '../support/service-kit.ts'

/** What Kafka takes: no time at all, the last that it can hold, and one just beyond JavaScript's dates. */
const TIMESTAMPS = ['-1', '9223372036854775807', '8640000000000001']

it('commands read records whatever their timestamps', async () => {
  const plugin = { slug: 'picky', processEvent: () => reject('no') }
  const s = await situation({
    ...{ plugins: [plugin], partitions: 1, store: 'kafka:' },
    topicConfig: { 'message.timestamp.after.max.ms': '9223372036854775807' },
  })
  const ids = TIMESTAMPS.map((_, n) => `odd-${n}-${s.groupId}`)
  for (const [n, timestamp] of TIMESTAMPS.entries()) {
    await s.produce([{ ...s.record(moved('lot', n, ids[n]!)), partition: 0, timestamp }])
  }
  const service = await s.start()
  await s.caughtUp()
  await service.stop()

  const env = {
    KAFKA_GROUP_ID: s.groupId,
    KAFKA_TOPICS: s.topic,
    PLUGINS: './examples/plugins/picky.ts',
  }
  const cli = async (...args: string[]) => {
    const run = await runCli(args, { env })
    expect(run, run.stderr).toMatchObject({ code: 0 })
    return run.stdout
  }
  expect(await cli('explain', ids[0]!)).toContain('no timestamp')
  expect(await cli('explain', ids[1]!)).toMatch(/about 92233720368547\d+ ms since 1970/)
  const listed = await cli('dead-letters', 'list', '--from', '1960-01-01T00:00:00Z')
  expect(listed.trim().split('\n')).toHaveLength(1 + TIMESTAMPS.length)
  const replayed = await cli('replay', '--plugin', 'picky', '--from', '1960-01-01T00:00:00Z')
  expect(replayed).toContain('3 records from 1960-01-01T00:00:00.000Z')
  expect(replayed).toContain('no timestamp')
  const tried = await cli(
    'filters',
    'backtest',
    '--plugin',
    'picky',
    '--from',
    '1960-01-01T00:00:00Z',
  )
  expect(tried).toContain('no timestamp')
})
