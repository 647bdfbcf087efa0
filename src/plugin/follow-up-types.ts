import type { InventoryEvent, PluginEvent } from '../event/event.ts'

type Draft<E, Optional extends PropertyKey = never> = E extends { id: string; time: string }
  ? Omit<E, 'id' | 'time' | Optional> & Partial<Pick<E, Extract<keyof E, Optional>>> & DraftBase
  : never

interface DraftBase {
  /** Default: derived from the delivery and the follow-up's name, so that it is the same on every attempt. */
  readonly id?: string
  /** Default: the time of the event that is being handled. */
  readonly time?: string
}

/** An event as a handler publishes it. */
export type EventToPublish = Draft<InventoryEvent> | Draft<PluginEvent, 'args' | 'kwargs'>

export interface PublishOptions {
  /**
   * Distinguishes the events that one call publishes, where their ids are left out. Default: the event's
   * kind or name. Not a position in a list: it would shift when the code changes.
   */
  name?: string
  /** Default: `inventory.events` for events with a kind, `plugin.events` for others. */
  topic?: string
  /** The record's key; events with the same key are kept in order. Default: the event's entity. */
  key?: string
}
