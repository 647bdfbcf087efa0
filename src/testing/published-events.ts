import type { Contract } from '../avro/schema/contract-schemas.ts'
import type { Event } from '../event/event.ts'
import { headersByName } from '../event/headers.ts'
import type { Kinds } from '../event/kinds.ts'
import type { FollowUp, FollowUpRecord, FollowUpSink } from '../follow-up/follow-up.ts'
import { encodeFollowUp } from '../publish/follow-ups/encode-follow-up.ts'
import { DEFAULT_TOPICS, topicOf } from '../topics/event-topics.ts'
import { InventoryEventsError } from '../util/errors.ts'
import { getOrInsert } from '../util/get-or-insert.ts'
import { createLocalSchemas } from './local-schemas.ts'

/** An event that the plugin has published, as its readers get it. */
export interface PublishedEvent {
  event: Event
  topic: string
  key: string
}

interface Written {
  text: string
  published: PublishedEvent
}

/**
 * Takes a plugin's follow-up events. Of those that are written more than once, readers keep the first:
 * every attempt should publish the same.
 */
export class PublishedEvents implements FollowUpSink {
  readonly #encoded = new Map<FollowUpRecord, PublishedEvent>()
  /** By id: what was written, each content once. */
  readonly #written = new Map<string, Written[]>()
  readonly #contract: Contract
  readonly #schemas: ReturnType<typeof createLocalSchemas>

  constructor(contract: Contract) {
    this.#contract = contract
    this.#schemas = createLocalSchemas(contract)
  }

  get kinds(): Kinds {
    return this.#contract.kinds
  }

  /** What readers keep. Throws PLUGIN_INVALID if an event was written with other content, too. */
  get all(): PublishedEvent[] {
    return [...this.#written].map(([id, contents]) => {
      if (contents.length > 1) throw changed(id)
      return contents[0]!.published
    })
  }

  /** By id, each content once. */
  get contents(): Record<string, PublishedEvent[]> {
    const shown = [...this.#written].map(([id, contents]) => [
      id,
      contents.map(({ published }) => published),
    ])
    return Object.fromEntries(shown)
  }

  encode(followUps: readonly FollowUp[]): FollowUpRecord[] {
    return followUps.map((each) => {
      const { event } = each
      const topic = each.topic ?? topicOf(DEFAULT_TOPICS, this.#contract.of(event))
      const record = encodeFollowUp(this.#contract, each, {
        topic,
        schemaId: this.#schemas.idOf(event),
      })
      this.#encoded.set(record, { event, topic, key: record.key })
      return record
    })
  }

  async write(records: readonly FollowUpRecord[]): Promise<void> {
    for (const record of records) {
      const published = this.#encoded.get(record)!
      const contents = getOrInsert(this.#written, published.event.id, () => [])
      const text = textOf(record)
      if (contents.every((each) => each.text !== text)) contents.push({ text, published })
    }
  }
}

function textOf({ topic, key, value, headers }: FollowUpRecord): string {
  const byName = headersByName(headers, (each) => String(each))
  return JSON.stringify([topic, key, value.toString('latin1'), byName])
}

function changed(id: string): InventoryEventsError {
  const message = `context.publish: event ${id} was published twice with different content; expected every attempt to publish the same`
  return new InventoryEventsError('PLUGIN_INVALID', message)
}
