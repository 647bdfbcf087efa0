import { loadContract } from '../../avro/own-kinds/load-contract.ts'
import { createRegistry } from '../../avro/registry/registry.ts'
import { loadConfig } from '../../config/load-config.ts'
import { pluginStates } from '../../control/plugin-states.ts'
import { explanationText } from '../../explain/text.ts'
import { createKafka } from '../../kafka/client/client.ts'
import { describeProblem } from '../../plugin/load-plugins.ts'
import { explainEvent } from '../../service/explain-event.ts'
import { switchesOf } from '../shared/audit.ts'
import { commandLogger } from '../shared/connection.ts'
import { onInterrupt } from '../shared/interrupt.ts'
import { loadNamedOrConfigured } from '../shared/load-plugins.ts'
import { print, printJson } from '../shared/output.ts'
import { rangeOf } from '../shared/search-options.ts'

export interface ExplainOptions {
  from?: number
  to?: number
  entity?: string
  json?: true
}

/** Prints what is known about an event. Exits the process, with 1 if the event is not found. */
export async function printExplanation(id: string, options: ExplainOptions): Promise<void> {
  const config = loadConfig(process.env, { required: ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL'] })
  const kafka = createKafka(config, commandLogger(process.env))
  const { plugins, unknown } = await pluginsOf(config)
  const stop = new AbortController()
  const interrupt = onInterrupt(() => stop.abort())
  const loadPluginStates = async () =>
    pluginStates(await switchesOf(kafka, config.KAFKA_GROUP_ID), config.EVENTS_ENABLED)
  const registry = createRegistry(config)
  const contract = loadContract(config.EVENT_SCHEMAS)
  const parts = { config, kafka, registry, contract, plugins, loadPluginStates }
  const found = await explainEvent(id, rangeOf(options), parts, stop.signal)
  interrupt.end()
  const explanation = { ...found, unknown: [...found.unknown, ...unknown] }
  const isFound = found.records.length + found.letters.length + found.redrives.length > 0
  // A plugin may have opened handles that would keep the process alive.
  const exit = () => process.exit(isFound ? 0 : 1)
  if (options.json) printJson(explanation, exit)
  else print(explanationText(explanation), exit)
}

/** Loads PLUGINS. Those that can't be loaded are listed as unknown; the topics are read anyway. */
async function pluginsOf(config: { PLUGINS?: readonly string[] | undefined }) {
  if (config.PLUGINS === undefined) {
    return { plugins: [], unknown: ['what plugins did with it: PLUGINS is not set'] }
  }
  const { plugins, problems } = await loadNamedOrConfigured([], process.env)
  return { plugins, unknown: problems.map(describeProblem) }
}
