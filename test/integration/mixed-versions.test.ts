import { AssignerProtocol, type PartitionAssigner } from 'kafkajs'
import { expect, it } from 'vitest'
import { assigned } from '../hazards/assignments.ts'
import { plainMember } from '../hazards/plain-member.ts'
import { moved } from '../support/events.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'

const { MemberAssignment, MemberMetadata } = AssignerProtocol
const PARTITIONS = 4

const json = (value: unknown) => Buffer.from(JSON.stringify(value))
const OF_OTHER_VERSIONS: [string, Buffer | null][] = [
  ['none, as before there were any', Buffer.alloc(0)],
  ['null', null],
  ['a format that is not known yet', Buffer.concat([Buffer.from([2]), json({ epochs: [7] })])],
  ['bytes that are no JSON', Buffer.from([1, 0xff, 0x7b])],
  ['JSON of another shape', Buffer.concat([Buffer.from([1]), json({ partitions: [[3]] })])],
]

/** The assigner of another version: its member metadata, and a simple assignment as a leader. */
function assignerOf(userData: Buffer | null): PartitionAssigner {
  const name = 'inventory-events-sticky'
  return () => ({
    name,
    version: 7,
    protocol: ({ topics }) => ({
      name,
      metadata: MemberMetadata.encode({ version: 7, topics, userData: userData as Buffer }),
    }),
    async assign({ members, topics }) {
      const all = Array.from({ length: PARTITIONS }, (_, partition) => partition)
      return members.map(({ memberId }, i) => ({
        memberId,
        memberAssignment: MemberAssignment.encode({
          version: 7,
          assignment: { [topics[0]!]: all.filter((each) => each % members.length === i) },
          userData: Buffer.from([9, 9]),
        }),
      }))
    },
  })
}

async function group(userData: Buffer | null) {
  const { plugin, ids } = recorder()
  const s = await situation({ plugins: [plugin], partitions: PARTITIONS })
  const joinOther = () =>
    plainMember({
      groupId: s.groupId,
      topics: [s.topic],
      clientId: 'other',
      run: { autoCommit: false, eachBatch: async () => {} },
      config: { partitionAssigners: [assignerOf(userData)] },
    })
  const joinOurs = () => s.start({ KAFKA_CLIENT_ID: 'ours', KAFKA_REBALANCE_MODE: 'eager' })
  /** Waits until both have joined and share all partitions, and the service handles its own. */
  async function works(): Promise<number[]> {
    const { ours = {}, other = {} } = await assigned(s.groupId, ['ours', 'other'])
    const [mine, theirs] = [ours[s.topic] ?? [], other[s.topic] ?? []]
    expect([...mine, ...theirs].sort()).toEqual([0, 1, 2, 3])
    expect(mine).toHaveLength(2)
    const events = mine.map((partition) => ({ partition, event: moved(`ent_${partition}`) }))
    await s.produce(events.map(({ partition, event }) => ({ ...s.record(event), partition })))
    const areHandled = () => events.every(({ event }) => ids().includes(event.id))
    await until(areHandled, { what: 'the events of its partitions' })
    return mine
  }
  return { joinOurs, joinOther, works }
}

it.each(OF_OTHER_VERSIONS)(
  'leads a member of another version, with claims: %s',
  async (_, claims) => {
    const { joinOurs, joinOther, works } = await group(claims)
    const service = await joinOurs()
    await until(async () => (await service.metric('rebalances_total')) === 1, { what: 'a leader' })
    const { joins } = await joinOther()
    await works()
    expect(joins.at(-1)?.isLeader).toBe(false)
    expect(service.log.filter(({ msg }) => String(msg).includes('consumer ended'))).toEqual([])
  },
)

it('follows a leader of another version', async () => {
  const { joinOurs, joinOther, works } = await group(Buffer.from([2]))
  const { joins } = await joinOther()
  await until(() => joins.length === 1, { what: 'a leader' })
  const service = await joinOurs()
  await works()
  expect(joins.at(-1)?.isLeader).toBe(true)
  expect(service.failures).toEqual([])
})
