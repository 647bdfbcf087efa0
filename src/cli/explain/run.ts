import { loadContract } from '../../avro/own-kinds/load-contract.ts'
import { createRegistry } from '../../avro/registry/registry.ts'
import { loadConfig } from '../../config/load-config.ts'
import { explanationText } from '../../explain/text.ts'
import { createKafka } from '../../kafka/client/client.ts'
import { explainConfigured } from '../../operate/explain.ts'
import { commandLogger } from '../shared/connection.ts'
import { onInterrupt } from '../shared/interrupt.ts'
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
  const stop = new AbortController()
  const interrupt = onInterrupt(() => stop.abort())
  const registry = createRegistry(config)
  const contract = loadContract(config.EVENT_SCHEMAS)
  const sources = { config, kafka, registry, contract }
  const explanation = await explainConfigured(id, rangeOf(options), sources, stop.signal)
  interrupt.end()
  const { records, letters, redrives } = explanation
  const isFound = records.length + letters.length + redrives.length > 0
  // A plugin may have opened handles that would keep the process alive.
  const exit = () => process.exit(isFound ? 0 : 1)
  if (options.json) printJson(explanation, exit)
  else print(explanationText(explanation), exit)
}
