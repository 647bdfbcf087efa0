import { createRegistry } from '../../avro/registry/registry.ts'
import { createSchemaCache } from '../../avro/registry/schema-cache.ts'
import { schemaIdOf } from '../../avro/wire-format.ts'
import { Backtest } from '../../backtest/backtest.ts'
import { backtestText } from '../../backtest/text.ts'
import { loadConfig } from '../../config/load-config.ts'
import type { Config } from '../../config/settings.ts'
import { createKafka } from '../../kafka/client/client.ts'
import { search } from '../../kafka/reader/search-topics.ts'
import { createPeek } from '../../pipeline/intake/peek.ts'
import { systemClock } from '../../util/clock.ts'
import { commandLogger } from '../shared/connection.ts'
import { onInterrupt } from '../shared/interrupt.ts'
import { loadPlugin } from '../shared/load-plugin.ts'
import { createProgressLine } from '../shared/progress-line.ts'
import { rangeOf } from '../shared/search-options.ts'
import { changedFilter } from './changed-filter.ts'

export interface BacktestFlags {
  plugin: string
  against?: string
  from: number
  to?: number
  entity?: string
  examples: number
  json?: true
}

/** Prints what a plugin's filters make of past events. Ends the process, with 130 if interrupted. */
export async function printBacktest(flags: BacktestFlags): Promise<void> {
  const config = loadConfig(process.env, { required: ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL'] })
  const plugin = await loadPlugin(flags.plugin, process.env)
  const { against, examples: examplesMax } = flags
  const changed = against === undefined ? undefined : await changedFilter(against, plugin, config)
  const schemas = schemasOf(config)
  const peek = createPeek({ schemaIdOf, schemas })
  const backtest = new Backtest({ plugin, changed, examplesMax, peek, cpuMicros })
  const isPartial = await run(backtest, flags, config).finally(() => schemas.close())
  const asked = askedBy(flags, config, isPartial)
  const report = backtest.report()
  const text = flags.json
    ? `${JSON.stringify({ ...asked, ...report }, null, 2)}\n`
    : `${titleOf(asked)}${backtestText(report)}`
  // A plugin may have opened what would keep the process alive.
  process.stdout.write(text, () => process.exit(isPartial ? 130 : 0))
}

/** Takes all that the flags ask for, or what it can until it is interrupted: says if that is so. */
async function run(backtest: Backtest, flags: BacktestFlags, config: Connected): Promise<boolean> {
  const stop = new AbortController()
  const interrupt = onInterrupt(() => stop.abort())
  const progress = createProgressLine(process.stderr, Date.now)
  const { entity, ...range } = rangeOf(flags)
  try {
    await search(createKafka(config, commandLogger(process.env)), {
      topics: config.KAFKA_TOPICS,
      groupId: config.KAFKA_GROUP_ID,
      ...range,
      ...(entity !== undefined && { key: entity }),
      signal: stop.signal,
      onRecord(record) {
        progress.show(`${backtest.records} records read, ${backtest.matched} matched`)
        return backtest.take(record)
      },
    })
    return false
  } catch (error) {
    if (!interrupt.happened()) throw error
    return true
  } finally {
    interrupt.end()
    progress.clear()
  }
}

type Connected = Config<'KAFKA_BROKERS' | 'SCHEMA_REGISTRY_URL'>

function schemasOf(config: Connected) {
  const { schemaById } = createRegistry(config)
  return createSchemaCache({ fetchSchema: schemaById, clock: systemClock })
}

interface Asked {
  plugin: string
  against?: string
  topics: readonly string[]
  /** RFC 3339; null is the end that each partition had. */
  from: string
  to: string | null
  entity: string | null
  partial: boolean
}

function askedBy(flags: BacktestFlags, config: Connected, partial: boolean): Asked {
  const { plugin, against, from, to, entity = null } = flags
  return {
    plugin,
    ...(against !== undefined && { against }),
    topics: config.KAFKA_TOPICS,
    from: new Date(from).toISOString(),
    to: to === undefined ? null : new Date(to).toISOString(),
    entity,
    partial,
  }
}

function titleOf({ plugin, against, topics, from, to, entity, partial }: Asked): string {
  const range = `from ${from} to ${to ?? 'the end'}`
  const parts = [
    partial ? 'partial: interrupted before all was read\n' : '',
    `plugin ${plugin}${against === undefined ? '' : ` against ${against}`}, `,
    `${topics.join(', ')} ${range}${entity === null ? '' : `, entity ${entity}`}\n`,
  ]
  return parts.join('')
}

/** Of all threads of this process. */
function cpuMicros(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}
