/**
 * The ledger topic of an input topic and a consumer group. Two pairs may have one name (`a.b` and
 * `c`, `a` and `b.c`): their marks are told apart by the group that is part of each mark.
 */
export function marksTopicOf(topic: string, groupId: string): string {
  return `${topic}.${groupId.replace(/[^\w.-]/g, '-')}.marks`
}
