import type { Event } from '../event/event.ts'
import { InventoryEventsError, messageOf } from '../util/errors.ts'
import { createLinesInFlight } from './lines-in-flight.ts'
import { type LineRules, parseLine } from './parse-line.ts'
import type { EventSubmitter } from './publisher.ts'
import type { InputLine } from './read-lines.ts'

const IN_FLIGHT = { maxLines: 5_000, maxBytes: 16_777_216 }

export interface PublishCounts {
  /** Lines read, blank ones included. */
  lines: number
  published: number
  bad: number
  /** The first line that was read and not acknowledged, if publishing stopped early. */
  resumeLine?: number
  /** Why publishing stopped early. */
  failure?: unknown
}

export interface PublishLinesOptions extends LineRules {
  lines: AsyncIterable<readonly InputLine[]>
  maxLineBytes: number
  publisher: EventSubmitter
  /** Aborted by the caller to stop early, and by `publishLines` when publishing fails: reading ends. */
  stop: AbortController
  onBadLine(number: number, problems: string[]): void
  /**
   * Called with bad lines as they were read, line break included, in pieces if they are long. Must
   * not reject: the callback ends the run itself if it can't store them.
   */
  reject(bytes: Buffer): Promise<void>
  onProgress(counts: PublishCounts): void
}

/** Publishes every valid line and reports every bad one. Resolves when all lines are settled. */
export async function publishLines(options: PublishLinesOptions): Promise<PublishCounts> {
  const { lines, maxLineBytes, publisher } = options
  const { stop, onBadLine, reject, onProgress } = options
  const counts: PublishCounts = { lines: 0, published: 0, bad: 0 }
  const inFlight = createLinesInFlight(IN_FLIGHT)

  /** Returns a promise to await before the next line, or undefined: most lines need none. */
  function take(line: InputLine): Promise<void> | undefined {
    if (line.type === 'part-of-long-line') return takePart(line)
    counts.lines = line.number
    const parsed = parseLine(line.bytes, options)
    if (parsed.type === 'blank') return undefined
    if (parsed.type === 'bad') return refuse(line.number, line.bytes, parsed.problems)
    const room = inFlight.room()
    if (room === undefined) return send(line.number, line.bytes, parsed.event)
    return room.then(() => send(line.number, line.bytes, parsed.event))
  }

  function send(number: number, bytes: Buffer, event: Event): Promise<void> | undefined {
    if (stop.signal.aborted) {
      breakOff(number)
      return undefined
    }
    inFlight.add(bytes)
    return publisher.submit(event, (error) => settle(number, bytes, error))
  }

  async function takePart(part: InputLine & { type: 'part-of-long-line' }): Promise<void> {
    counts.lines = part.number
    if (part.isFirst) {
      // Otherwise a line that Kafka refuses could be written between the pieces of this one.
      await inFlight.empty()
      counts.bad++
      onBadLine(part.number, [`longer than ${maxLineBytes} bytes`])
    }
    await reject(part.bytes)
  }

  async function refuse(number: number, bytes: Buffer, problems: string[]): Promise<void> {
    counts.bad++
    onBadLine(number, problems)
    await reject(Buffer.concat([bytes, Buffer.from('\n')]))
  }

  function settle(number: number, bytes: Buffer, error: unknown): void {
    if (isFaultOfTheEvent(error)) {
      void refuse(number, bytes, [messageOf(error)]).then(() => inFlight.remove(bytes))
      return
    }
    inFlight.remove(bytes)
    if (error === undefined) {
      counts.published++
      onProgress(counts)
    } else {
      breakOff(number, error)
    }
  }

  function breakOff(number: number, error?: unknown): void {
    counts.failure ??= error
    counts.resumeLine = Math.min(number, counts.resumeLine ?? number)
    stop.abort()
  }

  // What was read before is published all the same: where to resume is known then.
  const unread = (error: unknown) => breakOff(counts.lines + 1, error)
  for await (const group of untilStopped(lines, stop.signal, unread)) {
    for (const line of group) {
      if (stop.signal.aborted) break
      const waiting = take(line)
      if (waiting !== undefined) await waiting
    }
  }
  await inFlight.empty()
  return counts
}

/** Ends if reading fails: quietly after `stop`, because stopping destroys the source. */
async function* untilStopped<T>(
  source: AsyncIterable<T>,
  stop: AbortSignal,
  onError: (error: unknown) => void,
): AsyncGenerator<T> {
  try {
    for await (const item of source) {
      if (stop.aborted) return
      yield item
    }
  } catch (error) {
    if (!stop.aborted) onError(error)
  }
}

/** Whether the event would be refused on every retry; other errors are not the event's fault. */
function isFaultOfTheEvent(error: unknown): boolean {
  if (!(error instanceof InventoryEventsError) || error.retryable) return false
  return error.code === 'PRODUCE_UNACKNOWLEDGED' || error.code === 'EVENT_INVALID'
}
