import { expect, it } from 'vitest'
import { encodeControl } from '../../src/control/control-record.ts'
import { withLogReader } from '../../src/kafka/reader/with-log-reader.ts'
import { writeControl } from '../../src/kafka/state/control-log.ts'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { controlTopicOf, marksTopicOf, stateTopicOf } from '../../src/topics/names.ts'
import { moved } from '../support/events.ts'
import { produce } from '../support/mirrored-group.ts'
import { runCli } from '../support/run-cli.ts'
import { situation } from '../support/service-kit.ts'
import { serviceClient } from '../support/stack.ts'

const PLUGIN: Plugin = {
  slug: 'counting',
  state: { version: 1, initial: () => 0 },
  processEvent(_, context) {
    const { state } = context as unknown as { state: { set(next: (n: number) => number): void } }
    state.set((n) => n + 1)
  },
}
/** As a replica wrote it whose clock is ahead. */
const AHEAD_MS = Date.now() + 300_000
const timestamp = String(AHEAD_MS)

/** The times of the committed records in a topic of one partition, by the keys. */
async function timesIn(topic: string): Promise<[key: string, ms: number][]> {
  const times: [string, number][] = []
  const { signal: lost } = new AbortController()
  await withLogReader(serviceClient(), [topic], (reader) =>
    reader.read({
      ...{ topic, partition: 0, lost },
      onRecord: ({ key, timestampMs }) => void times.push([String(key), timestampMs]),
    }),
  )
  return times
}

it('gives states later times than those before them, and their marks the same', async () => {
  const s = await situation({ plugins: [PLUGIN], partitions: 1, store: 'kafka:' })
  const [states, marks] = [stateTopicOf(s.topic, s.groupId), marksTopicOf(s.topic, s.groupId)]
  const key = 'counting\u0000ent_1'
  await produce(states, [{ key, value: '{"version":1,"value":4}', timestamp }])
  const service = await s.start()
  for (const n of [1, 2]) {
    await s.publish([moved('ent_1', n)])
    await s.caughtUp()
  }
  await service.stop()
  const reset = await runCli(['state', 'reset', 'counting', '--yes'], { env: s.settings })
  expect(reset).toMatchObject({ code: 0, stderr: '' })

  const [first, second] = [1, 2].map((n) => AHEAD_MS + n)
  expect(await timesIn(states)).toEqual(
    [AHEAD_MS, first, second, AHEAD_MS + 3].map((ms) => [key, ms]),
  )
  expect((await timesIn(marks)).map(([, ms]) => ms)).toEqual([first, second])
})

it('gives switches later times than those before them', async () => {
  const s = await situation({ plugins: [PLUGIN], partitions: 1, store: 'kafka:' })
  const audit = { by: 'test', at: '2026-01-01T00:00:00Z', why: '' }
  const record = encodeControl({ switch: 'plugin', slug: 'counting', state: 'paused', ...audit })
  await produce(controlTopicOf(s.groupId), [{ ...record, timestamp }])
  await writeControl(serviceClient(), s.groupId, [record])
  const times = await timesIn(controlTopicOf(s.groupId))
  expect(times).toEqual([AHEAD_MS, AHEAD_MS + 1].map((ms) => ['plugin:counting', ms]))
})
