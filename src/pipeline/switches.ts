/** What may be switched for plugins while the service runs. */
export interface PluginSwitches {
  /** Whether the plugin's events pass by. */
  isOff(slug: string): boolean
  /** While the plugin's events wait: a signal that aborts when they no longer do. */
  pauseOf(slug: string): AbortSignal | undefined
  /** Calls back after each change. */
  onChange(listener: () => void): void
}

/** Nothing can be switched. */
export const allOn: PluginSwitches = {
  isOff: () => false,
  pauseOf: () => undefined,
  onChange: () => undefined,
}
