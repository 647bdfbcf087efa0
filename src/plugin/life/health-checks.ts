import type { Clock } from '../../util/clock.ts'
import { limited } from '../../util/failure/failure.ts'
import { settledWithin, withTimeout } from '../../util/with-timeout.ts'
import type { LoadedPlugin } from '../loaded-plugin.ts'
import type { PluginHealth, PluginLog } from '../plugin.ts'
import { failureWithout, hideSecrets } from '../settings/hide-secrets.ts'

const EVERY_MS = 5_000
const LIMIT_MS = 5_000
const WHY_MAX = 200

export interface HealthChecksOptions {
  plugins: readonly LoadedPlugin[]
  logOf(slug: string): PluginLog
  clock: Pick<Clock, 'after' | 'sleep'>
}

interface Unwell {
  health: Exclude<PluginHealth, { status: 'ok' }>
  /** Aborts when it is well again, or unwell in another way. */
  end: AbortController
}

/**
 * Asks plugins for their health every few seconds, never twice at once. One that throws, takes too
 * long, or answers with something else is paused: nobody knows whether it could work.
 */
export class HealthChecks {
  readonly #options: HealthChecksOptions
  readonly #over = new AbortController()
  readonly #unwell = new Map<string, Unwell>()
  #loops: Promise<unknown> = Promise.resolve()

  constructor(options: HealthChecksOptions) {
    this.#options = options
  }

  start(): void {
    this.#loops = Promise.all(this.#options.plugins.map((plugin) => this.#watch(plugin)))
  }

  /** Resolves when no check runs any more, or when one has ignored its signal for too long. */
  async stop(): Promise<void> {
    this.#over.abort()
    await settledWithin(this.#loops, LIMIT_MS, this.#options.clock)
  }

  /** For a plugin that said `pause`, a signal that aborts when the pause ends. */
  pauseOf(slug: string): AbortSignal | undefined {
    const unwell = this.#unwell.get(slug)
    return unwell?.health.status === 'pause' ? unwell.end.signal : undefined
  }

  /** Those that said so, with their reasons. */
  in(status: 'pause' | 'unready'): { slug: string; why: string }[] {
    const all = [...this.#unwell].filter(([, { health }]) => health.status === status)
    return all.map(([slug, { health }]) => ({ slug, why: health.why }))
  }

  async #watch(plugin: LoadedPlugin): Promise<void> {
    const { health } = plugin
    if (health === undefined) return
    const { signal: over } = this.#over
    while (!over.aborted) {
      const call = new AbortController()
      const signal = AbortSignal.any([call.signal, over])
      const running = (async () => health({ signal }))()
      const said = await this.#within(running, plugin)
      if (!over.aborted) this.#note(plugin, said)
      call.abort()
      // A call that ignores its limit delays the next one.
      await running.catch(() => undefined)
      await this.#options.clock.sleep(EVERY_MS, over)
    }
  }

  async #within(running: Promise<unknown>, plugin: LoadedPlugin): Promise<PluginHealth> {
    const late = () => new Error(`health took longer than ${LIMIT_MS / 1000} s`)
    try {
      return healthIn(await withTimeout(running, LIMIT_MS, late, this.#options.clock))
    } catch (error) {
      return { status: 'pause', why: failureWithout(error, plugin.secretTexts).message }
    }
  }

  #note({ slug, secretTexts }: LoadedPlugin, health: PluginHealth): void {
    const before = this.#unwell.get(slug)
    if (health.status === 'ok') {
      if (before === undefined) return
      this.#unwell.delete(slug)
      this.#options.logOf(slug).info('the plugin is well again')
    } else {
      const why = limited(hideSecrets(health.why, secretTexts), WHY_MAX)
      const said = { status: health.status, why }
      const isNew = before?.health.status !== health.status
      this.#unwell.set(slug, { health: said, end: isNew ? new AbortController() : before.end })
      if (!isNew) return
      this.#options.logOf(slug).warn({ why }, MESSAGES[health.status])
    }
    before?.end.abort()
  }
}

const MESSAGES = {
  pause: 'the plugin says that it cannot work: its events wait',
  unready: 'the plugin says that it is not ready: so is this replica',
}

function healthIn(value: unknown): PluginHealth {
  const { status, why } = (value ?? {}) as Record<string, unknown>
  if (status === 'ok') return { status }
  if ((status === 'pause' || status === 'unready') && typeof why === 'string') {
    return { status, why }
  }
  throw new Error("health: expected { status: 'ok' }, or 'pause' or 'unready' with why")
}
