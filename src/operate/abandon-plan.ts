import type { Kafka } from 'kafkajs'
import type { Config } from '../config/settings.ts'
import type { Audit, PluginState } from '../control/control-record.ts'
import { pluginStates } from '../control/plugin-states.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import { deleteGroupResources } from '../replay/group-resources.ts'
import { continuesLive, type ReplayPlan } from '../replay/plan.ts'
import { writePlan } from '../replay/plan-store.ts'
import type { Logger } from '../util/logger.ts'
import { readSwitches, writeSwitches } from './switches.ts'

export interface AbandonParts {
  config: Config<'KAFKA_BROKERS'>
  kafka: Kafka
  plugin: Pick<LoadedPlugin, 'slug' | 'state'>
  log: Pick<Logger, 'warn'>
}

/**
 * Cancels a plan. A plugin that was paused to catch up has not caught up: resumed, it would skip the rest.
 * So it is disabled. Returns how it is then.
 */
export async function abandonPlan(
  parts: AbandonParts,
  plan: ReplayPlan,
  audit: Audit,
): Promise<PluginState> {
  const { kafka, config } = parts
  const state = continuesLive(plan) ? await disableIfPaused(parts, plan.slug, audit) : 'enabled'
  await writePlan(kafka, config.KAFKA_GROUP_ID, { ...plan, state: 'abandoned', ...audit })
  await deleteGroupResources(parts, plan)
  return state
}

async function disableIfPaused({ kafka, config }: AbandonParts, slug: string, audit: Audit) {
  const groupId = config.KAFKA_GROUP_ID
  const records = await readSwitches({ kafka, groupId }, () => undefined)
  const { state } = pluginStates(records, undefined).of(slug)
  if (state !== 'paused') return state
  await writeSwitches(kafka, groupId, [{ switch: 'plugin', slug, state: 'disabled', ...audit }])
  return 'disabled'
}
