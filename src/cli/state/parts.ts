import type { Kafka } from 'kafkajs'
import type { Config } from '../../config/settings.ts'
import type { KeptState, KeptStates } from '../../idempotency/kept-states.ts'
import { openKeptStates } from '../../service/kept-states.ts'
import { connectionOf } from '../shared/connection.ts'
import { onInterrupt } from '../shared/interrupt.ts'
import { loadNamedOrConfigured } from '../shared/load-plugins.ts'
import { unknownName } from '../shared/unknown-name.ts'

export interface StateParts {
  config: Config
  kafka: Kafka
  states: KeptStates
  signal: AbortSignal
  /** Reads what the plugin remembers. Throws USAGE for a slug that nothing has. */
  read(key: string | undefined, onState: (state: KeptState) => void | Promise<void>): Promise<void>
}

/** Runs a command on what a plugin remembers. Ctrl-C ends its reading with an error. */
export async function withStates(
  plugin: string,
  work: (parts: StateParts) => Promise<void>,
): Promise<void> {
  const { config, kafka } = connectionOf(process.env)
  const states = await openKeptStates({ config, kafka })
  const stop = new AbortController()
  const interrupt = onInterrupt(() => stop.abort())
  const { signal } = stop
  try {
    await work({
      ...{ config, kafka, states, signal },
      async read(key, onState) {
        const query = { plugin, ...(key !== undefined && { key: Buffer.from(key) }) }
        const seen = await states.read(query, onState, signal)
        if (!seen.has(plugin)) await requireKnown(plugin, seen, config)
      },
    })
  } finally {
    interrupt.end()
    await states.close()
  }
}

/** A plugin of PLUGINS may remember nothing yet. */
async function requireKnown(
  plugin: string,
  seen: ReadonlySet<string>,
  { PLUGINS }: Config,
): Promise<void> {
  const loaded = PLUGINS === undefined ? [] : await slugsOf()
  if (loaded.includes(plugin)) return
  const known = [...new Set([...loaded, ...seen])].sort()
  throw unknownName(`no plugin ${plugin} remembers anything in this group`, plugin, known)
}

async function slugsOf(): Promise<string[]> {
  const { plugins, problems } = await loadNamedOrConfigured([], process.env)
  return [...plugins, ...problems].flatMap(({ slug }) => slug ?? [])
}
