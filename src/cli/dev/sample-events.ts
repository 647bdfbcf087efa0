import { readFile } from 'node:fs/promises'
import type { Event } from '../../event/event.ts'
import { timeText } from '../../event/time/timestamp.ts'
import { uuidV7 } from '../../publish/uuid-v7.ts'
import { openPublisher } from '../../publisher.ts'
import type { Clock } from '../../util/clock.ts'
import { messageOf } from '../../util/errors.ts'

/** In the working directory: an event a line, as for `publish`. */
export const SAMPLES_FILE = 'events.jsonl'

/** The events of the file as new ones, of this moment. Throws if a line is no JSON object. */
export function newEvents(text: string, clock: Pick<Clock, 'now'>): Event[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return []
    try {
      const nowMs = clock.now()
      return [{ ...JSON.parse(line), id: uuidV7(nowMs), time: timeText(nowMs) } as Event]
    } catch (error) {
      throw new Error(`line ${index + 1}: ${messageOf(error)}`, { cause: error })
    }
  })
}

/** Publishes them. Returns how many, or undefined if there is no file. */
export async function publishSamples(
  settings: NodeJS.ProcessEnv,
  clock: Pick<Clock, 'now'>,
): Promise<number | undefined> {
  const text = await readFile(SAMPLES_FILE, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const events = newEvents(text, clock)
  const publisher = await openPublisher({ settings })
  try {
    await publisher.publish(events)
    return events.length
  } finally {
    await publisher.close()
  }
}
