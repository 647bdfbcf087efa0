/** JSON of at most `maxBytes`: of the lists, those that are longest are left out first. */
export function jsonWithin<List extends string>(
  maxBytes: number,
  lists: readonly List[],
  without: (omitted: readonly List[]) => Record<string, unknown>,
): { value: Buffer; omitted: readonly List[] } {
  const omitted: List[] = []
  for (;;) {
    const content = without(omitted)
    const value = Buffer.from(JSON.stringify(content))
    const left = lists.filter((list) => !omitted.includes(list))
    if (value.length <= maxBytes || left.length === 0) return { value, omitted }
    const bytes = (list: List) => JSON.stringify(content[list]).length
    omitted.push(left.reduce((longest, list) => (bytes(list) > bytes(longest) ? list : longest)))
  }
}
