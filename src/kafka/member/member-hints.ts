/** What to do about an error of a group request, by its type. */
export const MEMBER_HINTS: Readonly<Record<string, string>> = {
  INCONSISTENT_GROUP_PROTOCOL:
    'other members rebalance in another way; set KAFKA_REBALANCE_MODE=eager as long as replicas of version 0.2 are in the group',
  INVALID_SESSION_TIMEOUT:
    'SESSION_TIMEOUT_MS is outside the range of the brokers, group.min.session.timeout.ms to group.max.session.timeout.ms',
  FENCED_INSTANCE_ID: 'another process has this KAFKA_GROUP_INSTANCE_ID',
  GROUP_MAX_SIZE_REACHED: 'the group has as many members as group.max.size allows',
}
