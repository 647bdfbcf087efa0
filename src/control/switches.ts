import { setMaxListeners } from 'node:events'
import type {
  ControlRecord,
  EffectiveState,
  EventsSwitch,
  PluginStart,
  PluginState,
  PluginSwitch,
} from './control-record.ts'
import { isSuccessor, type Split } from './split-record.ts'

/**
 * The current state of all switches, as every replica of the group reads it from the control topic. A
 * plugin without a record is enabled.
 */
export class Switches {
  #plugins = new Map<string, PluginSwitch>()
  #starts = new Map<string, PluginStart>()
  #pauses = new Map<string, AbortController>()
  #events: EventsSwitch | undefined
  #split: Split | undefined
  #isOnByDefault: boolean
  #listeners: (() => void)[] = []

  /** `eventsEnabled` applies until a record sets it. */
  constructor(eventsEnabled: boolean) {
    this.#isOnByDefault = eventsEnabled
  }

  /** Whether event integration is on at all. */
  get eventsEnabled(): boolean {
    return this.#events === undefined ? this.#isOnByDefault : this.#events.state === 'on'
  }

  stateOf(slug: string): PluginState {
    return this.#plugins.get(slug)?.state ?? 'enabled'
  }

  /** The last change of events and of each of these plugins; none of what was never switched. */
  changesOf(slugs: readonly string[]): (EventsSwitch | PluginSwitch)[] {
    const found = [this.#events, ...slugs.map((slug) => this.#plugins.get(slug))]
    return found.filter((change) => change !== undefined)
  }

  /** The state that counts: while events are off, the plugin's own state makes no difference. */
  effectiveStateOf(slug: string): EffectiveState {
    return this.eventsEnabled ? this.stateOf(slug) : 'events-off'
  }

  /** Why the plugin's events are skipped; undefined while they are not. */
  skipCauseOf(slug: string): 'events-off' | 'disabled' | undefined {
    if (!this.eventsEnabled) return 'events-off'
    return this.stateOf(slug) === 'disabled' ? 'disabled' : undefined
  }

  /** The plugin's start offsets, and who set them; undefined: it gets all events. */
  startOf(slug: string): PluginStart | undefined {
    return this.#starts.get(slug)
  }

  /** For a paused plugin, a signal that aborts when the pause ends. */
  pauseOf(slug: string): AbortSignal | undefined {
    return this.#pauses.get(slug)?.signal
  }

  /** What the group was split from; undefined for others. */
  get split(): Split | undefined {
    return this.#split
  }

  /** Whether a plugin's redriven events of another group are for this group, which was split from it. */
  isSuccessorOf(groupId: string, slug: string): boolean {
    return this.#split !== undefined && isSuccessor(this.#split, groupId, slug)
  }

  /** The listener is called after each change. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  apply(record: ControlRecord): void {
    this.#set(record)
    for (const listener of this.#listeners) listener()
    if (record.switch === 'plugin') this.#pause(record.slug, record.state === 'paused')
  }

  applySplit(split: Split): void {
    this.#split = split
  }

  #set(record: ControlRecord): void {
    switch (record.switch) {
      case 'events':
        this.#events = record
        return
      case 'plugin':
        this.#plugins.set(record.slug, record)
        return
      case 'start':
        this.#starts.set(record.slug, record)
    }
  }

  /** Called last, so that everything else has the change before paused deliveries wake up. */
  #pause(slug: string, isPaused: boolean): void {
    const pause = this.#pauses.get(slug)
    if (isPaused === (pause !== undefined)) return
    if (isPaused) {
      const fresh = new AbortController()
      setMaxListeners(0, fresh.signal)
      this.#pauses.set(slug, fresh)
    } else {
      this.#pauses.delete(slug)
      pause?.abort()
    }
  }
}
