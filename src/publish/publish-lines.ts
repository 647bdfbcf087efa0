import { InventoryEventsError, messageOf } from '../event/errors.ts'
import { createLinesInFlight } from './lines-in-flight.ts'
import type { Mint } from './parse-line.ts'
import { parseLine } from './parse-line.ts'
import type { Publisher } from './publisher.ts'
import type { InputLine } from './read-lines.ts'

const IN_FLIGHT = { maxLines: 5_000, maxBytes: 16_777_216 }

export interface PublishCounts {
  /** Lines that were read, blank ones included. */
  lines: number
  published: number
  bad: number
  /** The first line that was read and not acknowledged, if publishing broke off. */
  resumeLine?: number
  /** Why it broke off. */
  failure?: unknown
}

export interface PublishLinesOptions {
  lines: AsyncIterable<InputLine>
  maxLineBytes: number
  publisher: Publisher
  mint: Mint
  /** Aborted from outside to end early, and from inside when publishing fails: no more is read. */
  stop: AbortController
  onBadLine(number: number, problems: string[]): void
  /**
   * Given bad lines as they were read, line break included, in pieces when they are long. Must
   * not reject: whoever keeps them ends the run itself when it can't.
   */
  reject(bytes: Buffer): Promise<void>
  onProgress(counts: PublishCounts): void
}

/** Publishes every good line and reports every bad one; resolves when all of it is settled. */
export async function publishLines(options: PublishLinesOptions): Promise<PublishCounts> {
  const { lines, maxLineBytes, publisher, mint, stop, onBadLine, reject, onProgress } = options
  const counts: PublishCounts = { lines: 0, published: 0, bad: 0 }
  const inFlight = createLinesInFlight(IN_FLIGHT)

  async function take(line: InputLine): Promise<void> {
    if (line.type === 'part-of-long-line') return takePart(line)
    counts.lines = line.number
    const parsed = parseLine(line.bytes, mint)
    if (parsed.type === 'blank') return
    if (parsed.type === 'bad') return refuse(line.number, line.bytes, parsed.problems)
    await inFlight.room()
    if (stop.signal.aborted) return breakOff(line.number)
    const published = publisher.publish([parsed.event])
    inFlight.add(line.number, line.bytes, settle(line.number, line.bytes, published))
  }

  async function takePart(part: InputLine & { type: 'part-of-long-line' }): Promise<void> {
    counts.lines = part.number
    if (part.isFirst) {
      // A line that Kafka refuses meanwhile is not to be kept amid the pieces of this one.
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

  async function settle(number: number, bytes: Buffer, published: Promise<void>): Promise<void> {
    try {
      await published
      counts.published++
      onProgress(counts)
    } catch (error) {
      if (isFaultOfTheEvent(error)) return refuse(number, bytes, [messageOf(error)])
      breakOff(number, error)
    }
  }

  function breakOff(number: number, error?: unknown): void {
    counts.failure ??= error
    counts.resumeLine = Math.min(number, counts.resumeLine ?? number)
    stop.abort()
  }

  for await (const line of untilStopped(lines, stop.signal)) await take(line)
  await inFlight.empty()
  return counts
}

/** Reading breaks off when its source is destroyed to stop it: then it has simply ended. */
async function* untilStopped<T>(source: AsyncIterable<T>, stop: AbortSignal): AsyncGenerator<T> {
  try {
    for await (const item of source) {
      if (stop.aborted) return
      yield item
    }
  } catch (error) {
    if (!stop.aborted) throw error
  }
}

/** Such an event is refused however often it is sent; any other error says nothing of the event. */
function isFaultOfTheEvent(error: unknown): boolean {
  if (!(error instanceof InventoryEventsError) || error.retryable) return false
  return error.code === 'PRODUCE_UNACKNOWLEDGED' || error.code === 'EVENT_INVALID'
}
