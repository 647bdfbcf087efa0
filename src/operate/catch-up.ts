import type { Kafka } from 'kafkajs'
import type { Config } from '../config/settings.ts'
import { ANSWERS } from '../control/commands.ts'
import { pluginStates } from '../control/plugin-states.ts'
import { timeText } from '../event/time/timestamp.ts'
import { untilLeft } from '../replay/by-replicas/until-left.ts'
import { watchReplicas } from '../replay/by-replicas/watch-replicas.ts'
import { catchUp, untilFollowedMs } from '../replay/catch-up.ts'
import { deleteGroupResources } from '../replay/group-resources.ts'
import { describePlan, makePlan } from '../replay/make-plan.ts'
import { type ReplayPlan, replayGroupOf } from '../replay/plan.ts'
import { beginPlan, readPlan } from '../replay/plan-store.ts'
import { requireEnded } from '../replay/require-left.ts'
import type { Clock } from '../util/clock.ts'
import { InventoryEventsError } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { type Actor, audited } from './audited.ts'
import { situationOf } from './switch-plugins.ts'
import { readSwitches } from './switches.ts'

export interface CatchUpByReplicas {
  config: Config<'KAFKA_BROKERS'>
  kafka: Kafka
  clock: Clock
  log: Pick<Logger, 'warn'>
}

/** What its delivery reports while it is under way. */
export interface CatchUpProgress {
  signal: AbortSignal
  onProgress(left: number, total: number): void
  say(line: string): void
}

/** The plan of what a disabled plugin missed since a time. Writes nothing. Throws USAGE if it misses nothing. */
export async function planCatchUp(
  parts: Pick<CatchUpByReplicas, 'config' | 'kafka' | 'clock'>,
  slug: string,
  { fromMs, actor }: { fromMs: number; actor: Actor },
): Promise<ReplayPlan> {
  const { kafka, config } = parts
  const previous = await readPlan(kafka, config.KAFKA_GROUP_ID, slug)
  await requireEnded(parts, previous)
  await requireOff(parts, slug, previous)
  const wish = { purpose: 'enable', carriedOutBy: 'replicas', fromMs } as const
  return makePlan({ kafka, config, plugin: { slug } }, wish, { audit: auditOf(actor), previous })
}

/** Delivers it by the replicas, then enables the plugin. Rejects when the signal aborts: the plan stays then. */
export async function catchUpByReplicas(
  parts: CatchUpByReplicas,
  { plan, isResumed, actor }: { plan: ReplayPlan; isResumed: boolean; actor: Actor },
  progress: CatchUpProgress,
): Promise<void> {
  const { kafka, config, clock, log } = parts
  const groupId = config.KAFKA_GROUP_ID
  const since = await requireOff(parts, plan.slug, plan)
  const action = { action: 'plugins enable --from', what: [describePlan(plan)], actor } as const
  await audited({ kafka, groupId }, action, async () => {
    // A replica may not have seen yet that the plugin is disabled, and another one begins at once.
    await clock.sleep(untilFollowedMs(since, clock.now()), progress.signal)
    if (progress.signal.aborted) throw progress.signal.reason
    if (!isResumed) await beginPlan(kafka, groupId, plan)
    const deliver = async () => watchReplicas({ kafka, config, log, ...progress }, plan)
    const { slug } = plan
    const statusOf = async () =>
      pluginStates(await readSwitches({ kafka, groupId }, () => undefined), undefined).of(slug)
    const audit = auditOf(actor)
    const { signal, say } = progress
    const own = { plugin: { slug, state: undefined }, audit, statusOf, deliver, signal, say, clock }
    await catchUp({ kafka, config, ...own }, plan)
  })
  const plugin = { slug: plan.slug, state: undefined }
  await untilLeft({ kafka, clock }, replayGroupOf(groupId, plan))
  await deleteGroupResources({ kafka, config, plugin, log }, plan)
}

/** Returns the time since which the plugin is off. Throws USAGE if there is nothing to catch up on. */
async function requireOff(
  { kafka, config }: Pick<CatchUpByReplicas, 'config' | 'kafka'>,
  slug: string,
  plan: ReplayPlan | undefined,
): Promise<string> {
  const groupId = config.KAFKA_GROUP_ID
  const records = await readSwitches({ kafka, groupId }, () => undefined)
  const states = pluginStates(records, undefined)
  if (states.events === 'off') {
    const message = `events are off, so ${slug} would still miss events: run "events on" first`
    throw new InventoryEventsError('USAGE', message)
  }
  const { state, at = timeText(0) } = states.of(slug)
  const answer = ANSWERS['enable --from'][situationOf(state, plan)]
  if (answer.type === 'refused') throw new InventoryEventsError('USAGE', answer.why(slug))
  return at
}

function auditOf({ by, at, why }: Actor) {
  return { by, at, why }
}
