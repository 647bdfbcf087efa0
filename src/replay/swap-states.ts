import { currentPostgresUrl } from '../config/postgres-login.ts'
import { storeChoice } from '../config/value-types.ts'
import { memberCount } from '../kafka/admin/group-members.ts'
import { requireStateTopics } from '../kafka/admin/state-topic.ts'
import { withAdmin } from '../kafka/admin/topic-admin.ts'
import { topicsOf } from '../kafka/reader/offset-ranges.ts'
import { copyMarks } from '../kafka/state/copy-marks.ts'
import { replaceStates } from '../kafka/state/replace-states.ts'
import { InventoryEventsError } from '../util/errors.ts'
import { membersText } from './members-text.ts'
import { type ReplayPlan, replayGroupOf } from './plan.ts'
import type { RunParts } from './run.ts'

/** How the states of a replay take the place of the live ones. Each step may be done again. */
export interface StateSwap {
  /** Rejects with USAGE or TOPIC_MISSING if the live states could not be replaced now. */
  ready(): Promise<void>
  /**
   * Replaces the live states, all of them or none; then the events that are in them count as completed in the
   * live group.
   */
  swap(plan: ReplayPlan): Promise<void>
}

/** For the store that IDEMPOTENCY_STORE names. Throws USAGE if the plugin's states outlive no process. */
export function stateSwapOf(parts: RunParts): StateSwap {
  const { config, kafka, plugin, signal } = parts
  const { KAFKA_GROUP_ID: to, KAFKA_TOPICS: topics } = config
  const { slug } = plugin
  if (plugin.state === undefined) throw usage(`plugin ${slug} has no state to rebuild`)
  const choice = storeChoice(config.IDEMPOTENCY_STORE)
  switch (choice.kind) {
    case 'kafka':
      return {
        async ready() {
          await withAdmin(kafka, (admin) => requireStateTopics(admin, topics, to))
          await requireStopped(parts)
        },
        async swap(plan) {
          const groups = { topics: topicsOf(plan.ranges), from: replayGroupOf(to, plan), to }
          const stopped = () => requireStopped(parts)
          await replaceStates(kafka, { slug, ...groups, requireStopped: stopped, signal })
          await copyMarks(kafka, groups)
        },
      }
    case 'postgres':
      return {
        ready: async () => {},
        async swap(plan) {
          const url = () => currentPostgresUrl(config, choice.url)
          const groups = { url, from: replayGroupOf(to, plan), to }
          const states = await import('../idempotency/postgres/states/replace-states.ts')
          await states.replaceStates({ ...groups, plugin: slug })
          const marks = await import('../idempotency/postgres/copy-marks.ts')
          await marks.copyMarks({ ...groups, plugins: [slug] })
        },
      }
    case 'memory':
      throw usage(
        'IDEMPOTENCY_STORE is memory: each replica has states of its own, which end with it',
      )
  }
}

/** Replicas hold what plugins remember in memory, and would write it over what is rebuilt. */
async function requireStopped({ config, kafka, plugin }: RunParts): Promise<void> {
  const { KAFKA_GROUP_ID: groupId, SESSION_TIMEOUT_MS } = config
  const members = await memberCount(kafka, groupId)
  if (members === 0) return
  const who = membersText(groupId, members, SESSION_TIMEOUT_MS)
  const message = [
    `${who}. Replicas hold states in memory, so rebuilt ones can take their place only while none runs.`,
    'What was rebuilt so far is kept. Stop all replicas, and run',
    `  inventory-events replay --plugin ${plugin.slug} --rebuild --resume`,
  ]
  throw usage(message.join('\n'))
}

function usage(message: string): InventoryEventsError {
  return new InventoryEventsError('USAGE', message)
}
