import { loadContract } from '../../avro/own-kinds/load-contract.ts'
import { createRegistry } from '../../avro/registry/registry.ts'
import { createSchemaCache } from '../../avro/registry/schema-cache.ts'
import { schemaIdOf } from '../../avro/wire-format.ts'
import { Backtest } from '../../backtest/backtest.ts'
import { backtestText } from '../../backtest/text.ts'
import { loadConfig } from '../../config/load-config.ts'
import type { Config } from '../../config/settings.ts'
import { timeText } from '../../event/time/timestamp.ts'
import { createKafka } from '../../kafka/client/client.ts'
import { search } from '../../kafka/reader/search-topics.ts'
import { createPeek } from '../../pipeline/intake/peek.ts'
import { systemClock } from '../../util/clock.ts'
import { counted } from '../../util/text/counted.ts'
import { commandLogger } from '../shared/connection.ts'
import { onInterrupt } from '../shared/interrupt.ts'
import { loadPlugin } from '../shared/load-plugin.ts'
import { print, printJson } from '../shared/output.ts'
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

/** Prints how a plugin's filters decide on past events. Exits the process, with 130 if interrupted. */
export async function printBacktest(flags: BacktestFlags): Promise<void> {
  const config = loadConfig(process.env, { required: ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL'] })
  const plugin = await loadPlugin(flags.plugin, process.env)
  const { against, examples: examplesMax } = flags
  const changed = against === undefined ? undefined : await changedFilter(against, plugin, config)
  const schemas = schemasOf(config)
  const peek = createPeek({ schemaIdOf, schemas })
  const backtest = new Backtest({ plugin, changed, examplesMax, peek, cpuMicros })
  const isPartial = await run(backtest, flags, config).finally(() => schemas.close())
  const request = requestOf(flags, config, isPartial)
  const report = backtest.report()
  // A plugin may have opened handles that would keep the process alive.
  const exit = () => process.exit(isPartial ? 130 : 0)
  if (flags.json) printJson({ ...request, ...report }, exit)
  else print(`${titleOf(request)}${backtestText(report)}`, exit)
}

/** Feeds the selected records to the backtest. Returns whether it was interrupted. */
async function run(backtest: Backtest, flags: BacktestFlags, config: Connected): Promise<boolean> {
  const stop = new AbortController()
  const interrupt = onInterrupt(() => stop.abort())
  const progress = createProgressLine(process.stderr, Date.now)
  const { entity, ...range } = rangeOf(flags)
  try {
    await search(createKafka(config, commandLogger(process.env)), {
      topics: config.KAFKA_TOPICS,
      ...range,
      ...(entity !== undefined && { key: entity }),
      signal: stop.signal,
      onRecord(record) {
        progress.show(`${counted(backtest.records, 'record')} read, ${backtest.matched} matched`)
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
  return createSchemaCache({
    contract: loadContract(config.EVENT_SCHEMAS),
    fetchSchema: schemaById,
    clock: systemClock,
  })
}

interface BacktestRequest {
  plugin: string
  against?: string
  topics: readonly string[]
  /** RFC 3339. A null `to` means the end of each partition at the time. */
  from: string
  to: string | null
  entity: string | null
  partial: boolean
}

function requestOf(flags: BacktestFlags, config: Connected, partial: boolean): BacktestRequest {
  const { plugin, against, from, to, entity = null } = flags
  return {
    plugin,
    ...(against !== undefined && { against }),
    topics: config.KAFKA_TOPICS,
    from: timeText(from),
    to: to === undefined ? null : timeText(to),
    entity,
    partial,
  }
}

function titleOf({ plugin, against, topics, from, to, entity, partial }: BacktestRequest): string {
  const range = `from ${from} to ${to ?? 'the end'}`
  const parts = [
    partial ? 'partial: interrupted before all records were read\n' : '',
    `plugin ${plugin}${against === undefined ? '' : ` against ${against}`}, `,
    `${topics.join(', ')} ${range}${entity === null ? '' : `, entity ${entity}`}\n`,
  ]
  return parts.join('')
}

/** The CPU time of all threads of this process. */
function cpuMicros(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}
