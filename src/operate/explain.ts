import type { Kafka } from 'kafkajs'
import type { Registry } from '../avro/registry/registry.ts'
import type { Contract } from '../avro/schema/contract-schemas.ts'
import type { Config } from '../config/settings.ts'
import { pluginStates } from '../control/plugin-states.ts'
import type { ExplainRange, Explanation } from '../explain/explanation.ts'
import { describeProblem } from '../plugin/load-plugins.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import { type EntityLimits, explainEntity } from '../service/explain/entity.ts'
import { type ExplainParts, explainEvent } from '../service/explain/event.ts'
import { loadFiltered } from './load-plugins.ts'
import { readSwitches } from './switches.ts'

export interface ExplainSources {
  config: Config
  kafka: Kafka
  registry: Pick<Registry, 'schemaById'>
  contract: Contract
}

/** Explains an event with the plugins of PLUGINS. Those that can't be loaded are listed as unknown. */
export function explainConfigured(
  id: string,
  range: ExplainRange,
  sources: ExplainSources,
  signal: AbortSignal,
): Promise<Explanation> {
  return withPlugins(sources, (parts) => explainEvent(id, range, parts, signal))
}

/** The same for the newest events of an entity. */
export function explainEntityConfigured(
  entity: string,
  limits: EntityLimits,
  sources: ExplainSources,
  signal: AbortSignal,
): Promise<Explanation> {
  return withPlugins(sources, (parts) => explainEntity(entity, limits, parts, signal))
}

async function withPlugins(
  sources: ExplainSources,
  explain: (parts: ExplainParts) => Promise<Explanation>,
): Promise<Explanation> {
  const { config, kafka } = sources
  const { plugins, unknown } = await pluginsOf(sources)
  const ports = { kafka, groupId: config.KAFKA_GROUP_ID }
  const loadPluginStates = async () => {
    const switches = await readSwitches(ports, (why) => unknown.push(`a switch: ${why}`))
    return pluginStates(switches, config.EVENTS_ENABLED)
  }
  const found = await explain({ ...sources, plugins, loadPluginStates })
  return { ...found, unknown: [...found.unknown, ...unknown] }
}

async function pluginsOf({
  config,
  contract: { kinds },
}: ExplainSources): Promise<{ plugins: LoadedPlugin[]; unknown: string[] }> {
  if (config.PLUGINS === undefined) {
    return { plugins: [], unknown: ['what plugins did with it: PLUGINS is not set'] }
  }
  const { plugins, problems } = await loadFiltered(config.PLUGINS, { config, kinds, areAll: true })
  return { plugins, unknown: problems.map(describeProblem) }
}
