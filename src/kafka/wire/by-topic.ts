/** The items by topic, as requests name them; topics and items in the order in which they come. */
export function byTopic<T extends { readonly topic: string }>(
  items: Iterable<T>,
): { topic: string; partitions: T[] }[] {
  const topics = new Map<string, T[]>()
  for (const item of items) {
    const known = topics.get(item.topic)
    if (known === undefined) topics.set(item.topic, [item])
    else known.push(item)
  }
  return [...topics].map(([topic, partitions]) => ({ topic, partitions }))
}
