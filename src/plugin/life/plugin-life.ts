import type { Clock } from '../../util/clock.ts'
import { InventoryEventsError } from '../../util/errors.ts'
import { failureLine } from '../../util/failure/failure.ts'
import { withTimeout } from '../../util/with-timeout.ts'
import type { LoadedPlugin } from '../loaded-plugin.ts'
import type { PluginLog } from '../plugin.ts'
import { failureWithout } from '../settings/hide-secrets.ts'
import type { PluginMetrics } from './plugin-metrics.ts'

export const START_LIMIT_MS = 30_000
export const STOP_LIMIT_MS = 5_000

export interface LifeOptions {
  /** In the order in which they start. */
  plugins: readonly LoadedPlugin[]
  logOf(slug: string): PluginLog
  metricsOf(slug: string): PluginMetrics
  clock: Pick<Clock, 'after'>
}

interface Started {
  plugin: LoadedPlugin
  life: AbortController
}

/** Starts plugins one after the other, and stops those that started in reverse. */
export class PluginLife {
  readonly #options: LifeOptions
  readonly #started: Started[] = []

  constructor(options: LifeOptions) {
    this.#options = options
  }

  /**
   * Rejects with PLUGIN_START_FAILED if a plugin throws, takes too long, or `stopping` aborts. Those
   * before it have then been stopped.
   */
  async start(stopping: AbortSignal): Promise<void> {
    try {
      for (const plugin of this.#options.plugins) await this.#start(plugin, stopping)
    } catch (error) {
      await this.stop(() => false)
      throw error
    }
  }

  /**
   * Never rejects: what fails is logged, and the next one is stopped. A plugin whose handler still runs
   * is left alone, because the handler may use what `stop` would close.
   */
  async stop(isBusy: (slug: string) => boolean): Promise<void> {
    for (const { plugin, life } of this.#started.splice(0).reverse()) {
      life.abort()
      if (plugin.stop === undefined) continue
      const log = this.#options.logOf(plugin.slug)
      if (isBusy(plugin.slug)) log.warn('stop is not called: a handler of the plugin still runs')
      else await this.#stop(plugin, plugin.stop, log)
    }
  }

  async #start(plugin: LoadedPlugin, stopping: AbortSignal): Promise<void> {
    const { slug, settings } = plugin
    const life = new AbortController()
    const run = async () => {
      stopping.throwIfAborted()
      const { logOf, metricsOf } = this.#options
      const [log, metrics] = [logOf(slug), metricsOf(slug)]
      await plugin.start?.({ settings, log, metrics, signal: life.signal })
    }
    try {
      await this.#within(START_LIMIT_MS, orAborted(run(), stopping))
    } catch (thrown) {
      life.abort()
      throw startFailed(plugin, thrown)
    }
    this.#started.push({ plugin, life })
  }

  async #stop(plugin: LoadedPlugin, stop: () => unknown, log: PluginLog): Promise<void> {
    try {
      await this.#within(STOP_LIMIT_MS, (async () => stop())())
    } catch (thrown) {
      log.warn({ err: failureWithout(thrown, plugin.secretTexts) }, 'stop of the plugin failed')
    }
  }

  #within<T>(limitMs: number, work: Promise<T>): Promise<T> {
    const late = () => withoutPlace(`expected it to end within ${limitMs / 1000} s`)
    return withTimeout(work, limitMs, late, this.#options.clock)
  }
}

/** An error of ours: the place of it would look like one in the plugin. */
function withoutPlace(message: string): Error {
  return Object.assign(new Error(message), { stack: '' })
}

/** Settles as the work does, or rejects when the signal aborts. */
function orAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(withoutPlace('the service was stopped meanwhile'))
    signal.addEventListener('abort', abort, { once: true })
    const settled = () => signal.removeEventListener('abort', abort)
    work.then(resolve, reject).finally(settled)
  })
}

function startFailed({ slug, secretTexts }: LoadedPlugin, thrown: unknown): InventoryEventsError {
  const cause = failureWithout(thrown, secretTexts)
  const { type, message, at } = cause
  const line = failureLine({ type: type === 'Error' ? undefined : type, message, at })
  const text = `plugin ${slug}: start failed: ${line}`
  return new InventoryEventsError('PLUGIN_START_FAILED', text, { plugin: slug, cause })
}
