import type { SeenEvent } from '../view/seen-event.ts'

type Placed = Pick<SeenEvent, 'topic' | 'partition' | 'offset' | 'recordMs'>

/**
 * Events oldest first: those of a partition as they stand there, whatever their timestamps, and those of
 * different partitions by their timestamps.
 */
export function inOrder<T extends Placed>(events: readonly T[]): T[] {
  const byOffset = [...events].sort((a, b) => a.offset - b.offset)
  const newest = new Map<string, number>()
  const timed = byOffset.map((event) => {
    const name = `${event.topic}/${event.partition}`
    const atMs = Math.max(event.recordMs, newest.get(name) ?? event.recordMs)
    newest.set(name, atMs)
    return { event, atMs }
  })
  return timed.sort((a, b) => a.atMs - b.atMs).map(({ event }) => event)
}
