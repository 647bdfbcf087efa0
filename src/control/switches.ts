import { setMaxListeners } from 'node:events'
import type { ControlRecord, PluginState } from './control-record.ts'

/**
 * What is switched on now, as every replica of the group has it from the control topic. A plugin
 * that no record names is enabled.
 */
export class Switches {
  #plugins = new Map<string, PluginState>()
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

  /** While the plugin is paused: a signal that aborts when it no longer is. */
  pauseOf(slug: string): AbortSignal | undefined {
    return this.#pauses.get(slug)?.signal
  }

  /** Calls back after each change. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  apply(record: ControlRecord): void {
    if (record.switch === 'events') this.#isOn = record.state === 'on'
    else this.#plugins.set(record.slug, record.state)
    for (const listener of this.#listeners) listener()
    if (record.switch === 'plugin') this.#pause(record.slug, record.state === 'paused')
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
