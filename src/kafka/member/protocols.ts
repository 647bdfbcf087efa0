import { Writer } from '../wire/writer.ts'
import { balance, type Member, type Shares, type TopicPartition } from './assigner/balance.ts'
import { decodeMemberMetadata, encodeMemberMetadata } from './assigner/member-metadata.ts'
import { cooperativePlan } from './plan.ts'
import { decodeSubscription, encodeSubscription, type Subscription } from './subscription.ts'

/**
 * How partitions move between members.
 * - `cooperative`: only those that move are stopped and handed over; all others go on.
 * - `eager`: everything stops before each join. For a roll-out from version 0.2 and back, which knows
 *   no other way: such members offer both protocols, and the group uses the one that all have.
 */
export type RebalanceMode = 'cooperative' | 'eager'

const COOPERATIVE = 'inventory-events-cooperative'
/** The protocol of version 0.2, with claims in the user data. */
const STICKY = 'inventory-events-sticky'
const STICKY_VERSION = 1

/** The protocols to offer at a join, best first. */
export function protocolsOf(mode: RebalanceMode, subscription: Subscription) {
  const cooperative = { name: COOPERATIVE, metadata: encodeSubscription(subscription) }
  if (mode === 'cooperative') return [cooperative]
  return [cooperative, { name: STICKY, metadata: encodeSticky(subscription) }]
}

export function isCooperative(protocol: string): boolean {
  return protocol === COOPERATIVE
}

/** Who gets what, by the protocol that the group has chosen. `widths`: as for `balance`. */
export function planOf(
  protocol: string,
  members: readonly Member[],
  widths: ReadonlyMap<string, number>,
): Shares {
  return isCooperative(protocol) ? cooperativePlan(members, widths) : balance(members, widths)
}

/** A member, from what it offered for the protocol that the group has chosen. */
export function memberOf(protocol: string, memberId: string, metadata: Buffer): Member {
  const { topics, owned, generation, userData } = decodeSubscription(metadata)
  if (isCooperative(protocol)) return { id: memberId, topics, claims: owned, generation }
  const claims: { owned: readonly TopicPartition[]; generation: number } =
    decodeMemberMetadata(userData)
  return { id: memberId, topics, claims: claims.owned, generation: claims.generation }
}

function encodeSticky({ topics, owned, generation }: Subscription): Buffer {
  const writer = new Writer().int16(STICKY_VERSION)
  writer.array(topics, (topic) => writer.string(topic))
  return writer.bytes(encodeMemberMetadata({ owned, generation })).written
}
