import type { Kafka } from 'kafkajs'
import type { Config } from '../../config/settings.ts'
import type { Situation } from '../../control/commands.ts'
import { type PluginStatus, pluginStates } from '../../control/plugin-states.ts'
import { situationOf } from '../../operate/switch-plugins.ts'
import { describeProblem } from '../../plugin/load-plugins.ts'
import { switchesOf } from '../shared/audit.ts'
import { loadNamedOrConfigured } from '../shared/load-plugins.ts'

/** The situation of every plugin of a group. */
export interface Situations {
  events: 'on' | 'off' | 'unknown'
  /** The plugins of PLUGINS, and those that were ever switched. */
  slugs: readonly string[]
  of(slug: string): PluginStatus & { situation: Situation }
  /** Problems of the plugins of PLUGINS that can't be loaded here, so that their slugs are unknown. */
  withoutSlug: readonly string[]
}

/** Reads the control topic and loads PLUGINS. Without PLUGINS, no slug is unknown. */
export async function readSituations(
  kafka: Kafka,
  { KAFKA_GROUP_ID: groupId, PLUGINS, EVENTS_ENABLED }: Config,
): Promise<Situations> {
  const { readNewestPlans } = await import('../../replay/plan-store.ts')
  const records = await switchesOf(kafka, groupId)
  const plans = await readNewestPlans(kafka, groupId)
  const states = pluginStates(records, EVENTS_ENABLED)
  const { known, withoutSlug } = await slugsOf(PLUGINS ?? [])
  const switched = records.flatMap((record) => (record.switch === 'plugin' ? record.slug : []))
  const slugs = [...new Set([...known, ...switched])].sort()
  const isUnknown = (slug: string) => PLUGINS !== undefined && !slugs.includes(slug)
  return {
    events: states.events,
    slugs,
    of(slug) {
      const status = states.of(slug)
      const situation = isUnknown(slug) ? 'unknown' : situationOf(status.state, plans.get(slug))
      return { ...status, situation }
    },
    withoutSlug,
  }
}

/** The slugs of all plugins, including those that are invalid but have one. */
async function slugsOf(specifiers: readonly string[]) {
  if (specifiers.length === 0) return { known: [], withoutSlug: [] }
  const { plugins, problems } = await loadNamedOrConfigured(specifiers, process.env)
  const bad = problems.flatMap(({ slug }) => slug ?? [])
  const withoutSlug = problems.filter(({ slug }) => slug === undefined).map(describeProblem)
  return { known: [...plugins.map(({ slug }) => slug), ...bad], withoutSlug }
}
