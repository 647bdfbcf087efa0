import type { Member } from './member.ts'
import { bytesOf, type LogRecord, nameOf, type World } from './world.ts'

/** What handlers did, and what that says of each record. */
export class Effects {
  readonly #world: World
  #all: LogRecord[] = []

  constructor(world: World) {
    this.#world = world
  }

  /** Judged by the result, not by the service's reports: an effect, a decline or a dead letter. */
  isCompleted(record: LogRecord, partition: number): boolean {
    const hasEffect = this.#all.some(
      ({ id, content }) => id === record.id && content === record.content,
    )
    return (
      hasEffect || this.#world.declined.has(nameOf(record)) || this.#hasLetter(record, partition)
    )
  }

  add(record: LogRecord, by: Member): void {
    const { marks, problems, declined, letters } = this.#world
    const mark = marks.get(record.id)
    // A mark that a former owner wrote after the new owner's lookup comes too late to be seen.
    const askedAt = by.claimedAt.get(record.id) ?? 0
    const wasSeen = mark !== undefined && (mark.by === by || mark.at < askedAt)
    if (wasSeen) problems.push(`second effect of ${record.id} although it was marked`)
    const same = this.#all.filter(({ key }) => key === record.key)
    const last = same.at(-1)
    // A crash may repeat a call, whose second result may differ from the first; and of two records with one
    // id, maybe of two entities, the other one may be called.
    const isRepeat =
      this.#all.some(({ id }) => id === record.id) ||
      declined.has(nameOf(record)) ||
      letters.some(({ value }) => value?.equals(bytesOf(record)))
    if (last !== undefined && last.offset > record.offset && !isRepeat) {
      problems.push(`effect of ${record.offset} after ${last.offset} of ${record.key}`)
    }
    this.#all.push(record)
  }

  #hasLetter(record: LogRecord, partition: number): boolean {
    return this.#world.letters.some(
      ({ headers, value, key }) =>
        (headers.last('dlq.offset') === String(record.offset) &&
          headers.last('dlq.partition') === String(partition) &&
          key?.toString() === record.key) ||
        value?.equals(bytesOf(record)),
    )
  }
}
