import { causes } from '../client/errors.ts'

/**
 * What an error of a group request calls for.
 * - `rejoin`: the group rebalances, so join again at once; what is owned stays.
 * - `evicted`: the group has removed this member, so its partitions are lost.
 * - `coordinator`: another broker coordinates the group, or the same one later.
 * - `fenced`: another process has this instance id.
 * - `refused`: this user or client may not do that.
 * - `misfit`: the broker refuses a setting.
 * - `retry`: anything else, such as brokers that do not respond.
 */
export type MemberFault =
  | 'rejoin'
  | 'evicted'
  | 'coordinator'
  | 'fenced'
  | 'refused'
  | 'misfit'
  | 'retry'

const FAULTS: Readonly<Record<string, MemberFault>> = {
  REBALANCE_IN_PROGRESS: 'rejoin',
  ILLEGAL_GENERATION: 'rejoin',
  UNKNOWN_MEMBER_ID: 'evicted',
  NOT_COORDINATOR_FOR_GROUP: 'coordinator',
  GROUP_COORDINATOR_NOT_AVAILABLE: 'coordinator',
  GROUP_LOAD_IN_PROGRESS: 'coordinator',
  FENCED_INSTANCE_ID: 'fenced',
  INVALID_SESSION_TIMEOUT: 'misfit',
  INVALID_GROUP_ID: 'misfit',
}

export function faultOf(error: unknown): MemberFault {
  for (const { name, type, ...rest } of causes(error)) {
    if (type !== undefined && Object.hasOwn(FAULTS, type)) return FAULTS[type]!
    if (type?.endsWith('_AUTHORIZATION_FAILED')) return 'refused'
    if (name === 'KafkaJSSASLAuthenticationError') return 'refused'
    if ((rest as { code?: unknown }).code === 'KAFKA_REFUSED') return 'refused'
  }
  return 'retry'
}
