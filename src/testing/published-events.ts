import { contractSchemaOf } from '../avro/schema/contract-schemas.ts'
import type { Event } from '../event/event.ts'
import { headersByName } from '../event/headers.ts'
import type { FollowUp, FollowUpRecord, FollowUpSink } from '../follow-up/follow-up.ts'
import { encodeFollowUp } from '../publish/follow-ups/encode-follow-up.ts'
import { DEFAULT_TOPICS } from '../topics/event-topics.ts'
import { InventoryEventsError } from '../util/errors.ts'

/** An event that the plugin has published, as its readers get it. */
export interface PublishedEvent {
  event: Event
  topic: string
  key: string
}

interface Written {
  record: FollowUpRecord
  published: PublishedEvent
}

/**
 * Takes a plugin's follow-up events. Of those that are written more than once, readers keep one: `all` has
 * each of them once, and `difference` says which of them came with other content.
 */
export class PublishedEvents implements FollowUpSink {
  readonly #encoded = new Map<FollowUpRecord, PublishedEvent>()
  readonly #written = new Map<string, Written>()
  readonly #schemaIdOf: (event: Event) => number
  difference: InventoryEventsError | undefined

  constructor(schemaIdOf: (event: Event) => number) {
    this.#schemaIdOf = schemaIdOf
  }

  get all(): PublishedEvent[] {
    return [...this.#written.values()].map(({ published }) => published)
  }

  encode(followUps: readonly FollowUp[]): FollowUpRecord[] {
    return followUps.map((each) => {
      const { event } = each
      const topic = each.topic ?? DEFAULT_TOPICS[contractSchemaOf(event).topicFamily]
      const record = encodeFollowUp(each, { topic, schemaId: this.#schemaIdOf(event) })
      this.#encoded.set(record, { event, topic, key: record.key })
      return record
    })
  }

  async write(records: readonly FollowUpRecord[]): Promise<void> {
    for (const record of records) {
      const published = this.#encoded.get(record)!
      const { id } = published.event
      const before = this.#written.get(id)
      if (before === undefined) this.#written.set(id, { record, published })
      else if (!isSame(before.record, record)) this.difference ??= changed(published)
    }
  }
}

function isSame(one: FollowUpRecord, other: FollowUpRecord): boolean {
  return textOf(one) === textOf(other)
}

function textOf({ topic, key, value, headers }: FollowUpRecord): string {
  const byName = headersByName(headers, (each) => String(each))
  return JSON.stringify([topic, key, value.toString('latin1'), byName])
}

function changed({ event: { id } }: PublishedEvent): InventoryEventsError {
  const message = `context.publish: event ${id} was published twice with different content; expected every attempt to publish the same`
  return new InventoryEventsError('PLUGIN_INVALID', message)
}
