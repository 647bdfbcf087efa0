import { AssignerProtocol, type PartitionAssigner } from 'kafkajs'
import { expect, it } from 'vitest'
import { plainMember } from '../hazards/plain-member.ts'
import { moved } from '../support/events.ts'
import { withAdmin } from '../support/group.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'

const { MemberAssignment, MemberMetadata } = AssignerProtocol
const PARTITIONS = 4
const STICKY = 'inventory-events-sticky'
const COOPERATIVE = 'inventory-events-cooperative'
const EAGER = { KAFKA_REBALANCE_MODE: 'eager' }

/** The assigner of version 0.2, which stopped everything in each rebalance. */
const oldAssigner: PartitionAssigner = () => ({
  name: STICKY,
  version: 1,
  protocol: ({ topics }) => ({
    name: STICKY,
    metadata: MemberMetadata.encode({ version: 1, topics, userData: Buffer.alloc(0) }),
  }),
  async assign({ members, topics }) {
    const all = Array.from({ length: PARTITIONS }, (_, partition) => partition)
    return members.map(({ memberId }, i) => ({
      memberId,
      memberAssignment: MemberAssignment.encode({
        version: 1,
        assignment: { [topics[0]!]: all.filter((each) => each % members.length === i) },
        userData: Buffer.alloc(0),
      }),
    }))
  },
})

it('rolls from the eager protocol to the cooperative one in two steps, and back', async () => {
  const { plugin, ids } = recorder()
  const s = await situation({ plugins: [plugin], partitions: PARTITIONS })
  const byOld: string[] = []
  const startOld = async () => {
    const { consumer } = await plainMember({
      groupId: s.groupId,
      topics: [s.topic],
      run: { eachMessage: async ({ message }) => void byOld.push(String(message.offset)) },
      config: { partitionAssigners: [oldAssigner] },
    })
    return { stop: () => consumer.disconnect() }
  }
  let published = 0
  /** An event in each partition, handled by whoever owns it. */
  async function works(): Promise<void> {
    const events = Array.from({ length: PARTITIONS }, (_, partition) => {
      published += 1
      return { ...s.record(moved(`ent_${partition}_${published}`)), partition }
    })
    await s.produce(events)
    const what = `${published} events to be handled`
    await until(() => ids().length + byOld.length >= published, { what })
  }
  /** Waits until the group has so many members and uses the protocol. */
  const settled = (members: number, protocol: string) =>
    until(
      async () => {
        const { groups } = await withAdmin((admin) => admin.describeGroups([s.groupId]))
        const [group] = groups
        return group?.protocol === protocol && group.members.length === members
      },
      { what: `${members} members that use ${protocol}` },
    )

  const old = await startOld()
  await works()
  const eager = await s.start(EAGER)
  await settled(2, STICKY)
  await works()
  await old.stop()
  await works()
  const cooperative = await s.start()
  await settled(2, COOPERATIVE)
  await works()
  await eager.stop()
  await works()

  const eagerAgain = await s.start(EAGER)
  await settled(2, COOPERATIVE)
  await works()
  await cooperative.stop()
  await works()
  const oldAgain = await startOld()
  await settled(2, STICKY)
  await works()
  await eagerAgain.stop()
  await works()
  await oldAgain.stop()
  expect([ids().length + byOld.length, new Set(ids()).size]).toEqual([published, ids().length])
})
