import { setMaxListeners } from 'node:events'
import type { ControlRecord, PluginStart, PluginState } from './control-record.ts'

/**
 * What is switched on now, as every replica of the group has it from the control topic. A plugin
 * that no record names is enabled.
 */
export class Switches {
  #plugins = new Map<string, PluginState>()
  #starts = new Map<string, PluginStart>()
  #pauses = new Map<string, AbortController>()
  #isOn: boolean
  #listeners: (() => void)[] = []

  /** `eventsEnabled` counts until a record says otherwise. */
  constructor(eventsEnabled: boolean) {
    this.#isOn = eventsEnabled
  }

  /** Whether event integration is on at all. */
  get eventsEnabled(): boolean {
    return this.#isOn
  }

  stateOf(slug: string): PluginState {
    return this.#plugins.get(slug) ?? 'enabled'
  }

  /** Whether the plugin's events pass by. */
  isOff(slug: string): boolean {
    return !this.#isOn || this.stateOf(slug) === 'disabled'
  }

  /** Where the plugin starts, and who said so; undefined: it takes all. */
  startOf(slug: string): PluginStart | undefined {
    return this.#starts.get(slug)
  }

  /** While the plugin is paused: a signal that aborts when it no longer is. */
  pauseOf(slug: string): AbortSignal | undefined {
    return this.#pauses.get(slug)?.signal
  }

  /** Calls back after each change. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  apply(record: ControlRecord): void {
    this.#set(record)
    for (const listener of this.#listeners) listener()
    if (record.switch === 'plugin') this.#pause(record.slug, record.state === 'paused')
  }

  #set(record: ControlRecord): void {
    switch (record.switch) {
      case 'events':
        this.#isOn = record.state === 'on'
        return
      case 'plugin':
        this.#plugins.set(record.slug, record.state)
        return
      case 'start':
        this.#starts.set(record.slug, record)
    }
  }

  /** Whoever waits is woken last, when all else knows of the change. */
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
