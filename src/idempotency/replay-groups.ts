/** What the names of the consumer groups of a group's replays begin with. Each has marks of its own. */
export function replayGroupsOf(groupId: string): string {
  return `${groupId}.replay.`
}
