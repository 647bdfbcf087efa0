import { expect, it } from 'vitest'
import { headersOf } from '../../../../src/event/headers.ts'
import type { Staged, StagedPartition } from '../../../../src/idempotency/staged.ts'
import {
  commitStaged,
  type TransactionOutcome,
} from '../../../../src/kafka/consumer/commit-staged.ts'
import { TopicsRefused } from '../../../../src/kafka/protocol/topics-refused.ts'

const REFUSED = new TopicsRefused(['gone'], new Error('UNKNOWN_TOPIC_OR_PARTITION'))
const OUTAGE = new Error('no broker')
const COMMITTED_BEFORE = 3

/** A plugin's part in a partition, which publishes to the topic if there is one. */
function part(plugin: string, partition: number, topic?: string): StagedPartition {
  const followUp = { topic: topic ?? '', key: 'k', value: Buffer.alloc(0), headers: headersOf({}) }
  const followUps = topic === undefined ? [] : [followUp]
  const staged = { marks: [], states: [], followUps }
  return { plugin, topic: 'events', partition, newestMs: 0, ...staged }
}

/** What was staged, and transactions that end as `fate` says of the plugins in them. */
function situation(
  partitions: StagedPartition[],
  fate: (plugins: string[]) => TransactionOutcome,
  before: string[] = [],
) {
  const said = { withheld: undefined as string[] | undefined, putBack: [] as string[], unknown: 0 }
  const tried: string[] = []
  const all = [...new Set(partitions.map(({ plugin }) => plugin))]
  const staged: Staged = {
    partitions,
    withheld: new Set(before),
    putBack: (plugins) => void said.putBack.push(...(plugins ?? all)),
    withhold(plugins) {
      said.withheld = [...plugins.keys()]
    },
  }
  const places = [
    { topic: 'events', partition: 0 },
    { topic: 'events', partition: 1 },
    { topic: 'events.redrive', partition: 0 },
  ]
  const offsets = places.map((each) => ({ ...each, offset: 9, leaderEpoch: 4 }))
  const commit = () =>
    commitStaged(staged, offsets, {
      async commit(some, named) {
        const plugins = [...new Set(some.map(({ plugin }) => plugin))]
        const at = named.map(({ offset }) => offset).join(' ')
        tried.push(`${plugins.join('+')} ${at}`)
        return fate(plugins)
      },
      offsetOf: () => COMMITTED_BEFORE,
      onUnknown: () => void said.unknown++,
    })
  return { said, tried, commit }
}

const unlessOf =
  (slug: string, error: Error) =>
  (plugins: string[]): TransactionOutcome =>
    plugins.includes(slug) ? { type: 'aborted', error } : { type: 'committed' }

it('commits everything with all offsets where nothing is refused', async () => {
  const { said, tried, commit } = situation([part('a', 0), part('b', 1, 'there')], () => {
    return { type: 'committed' }
  })
  expect(await commit()).toEqual([])
  expect(tried).toEqual(['a+b 9 9 9'])
  expect(said).toEqual({ withheld: [], putBack: [], unknown: 0 })
})

it('leaves out the plugin whose topic is refused, and holds the offsets of its partitions only', async () => {
  const parts = [part('a', 0), part('b', 0, 'gone'), part('c', 1)]
  const { said, tried, commit } = situation(parts, unlessOf('b', REFUSED))
  const refused = await commit()
  expect(tried).toEqual(['a+b+c 9 9 9', 'a+c 3 9 3'])
  expect(refused).toEqual([
    { topic: 'events', partition: 0, error: REFUSED },
    { topic: 'events.redrive', partition: 0, error: REFUSED },
  ])
  expect(said).toEqual({ withheld: ['b'], putBack: ['b'], unknown: 0 })
})

it('tries what was left out by itself at the next commit, after the others', async () => {
  const parts = [part('a', 0), part('b', 0, 'gone')]
  const still = situation(parts, unlessOf('b', REFUSED), ['b'])
  expect(await still.commit()).toHaveLength(2)
  expect(still.tried).toEqual(['a 3 9 3', 'b 9 9 9'])
  expect(still.said).toEqual({ withheld: ['b'], putBack: ['b'], unknown: 0 })

  const again = situation(parts, () => ({ type: 'committed' }), ['b'])
  expect(await again.commit()).toEqual([])
  expect(again.tried).toEqual(['a 3 9 3', 'b 9 9 9'])
  expect(again.said).toEqual({ withheld: [], putBack: [], unknown: 0 })
})

it('keeps the offsets of partitions that another plugin still holds', async () => {
  const parts = [part('b', 0, 'gone'), part('c', 0, 'there')]
  const { tried, commit, said } = situation(parts, unlessOf('b', REFUSED), ['b', 'c'])
  expect(await commit()).toHaveLength(2)
  expect(tried).toEqual([' 3 9 3', 'b 3 9 3', 'c 3 9 3'])
  expect(said).toEqual({ withheld: ['b'], putBack: ['b'], unknown: 0 })
})

it('blames no plugin for an outage, or for topics that are not published to', async () => {
  const own = new TopicsRefused(['events.group.state'], new Error('NOT_ENOUGH_REPLICAS'))
  for (const error of [OUTAGE, own]) {
    const { said, tried, commit } = situation([part('a', 0), part('b', 1, 'gone')], () => {
      return { type: 'aborted', error }
    })
    expect((await commit()).map((each) => each.error)).toEqual([error, error, error])
    expect(tried).toHaveLength(1)
    expect(said).toEqual({ withheld: undefined, putBack: ['a', 'b'], unknown: 0 })
  }
})

it('has everything read back where it is not known how a transaction ended', async () => {
  const { said, commit } = situation([part('a', 0)], () => ({ type: 'unknown', error: OUTAGE }))
  expect(await commit()).toHaveLength(3)
  expect(said).toEqual({ withheld: undefined, putBack: [], unknown: 1 })
})
