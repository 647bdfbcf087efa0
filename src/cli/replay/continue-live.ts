import type { ActionName } from '../../control/audit-record.ts'
import type { Audit } from '../../control/control-record.ts'
import { type PluginStates, pluginStates } from '../../control/plugin-states.ts'
import { memberCount } from '../../kafka/admin/group-members.ts'
import { audited } from '../../operate/audited.ts'
import { type CatchUpParts, catchUp, untilFollowedMs } from '../../replay/catch-up.ts'
import { deleteGroupResources } from '../../replay/group-resources.ts'
import { describePlan } from '../../replay/make-plan.ts'
import { type ReplayPlan, replayGroupOf } from '../../replay/plan.ts'
import { beginPlan } from '../../replay/plan-store.ts'
import { type Run, type RunParts, startRun } from '../../replay/run.ts'
import { systemClock as clock } from '../../util/clock.ts'
import { byCommand, switchesOf } from '../shared/audit.ts'
import { print, printError, usage } from '../shared/output.ts'
import { summaryOf } from './run.ts'

export interface LiveRun {
  plan: ReplayPlan
  /** Whether the plan was begun before. */
  isResumed: boolean
  action: ActionName
  audit: Audit
  /** The time since which the plugin is off. */
  since: string
  /** What happens to states before the plugin is enabled. */
  states?: CatchUpParts['states']
}

const MEMBERS_CHECK_MS = 1_000

/** Delivers a plan's events to a plugin that is off, and enables it where they end. */
export async function continueLive(parts: RunParts, run: LiveRun): Promise<void> {
  const { plan, isResumed, action, audit, since, states } = run
  const { kafka, signal } = parts
  const groupId = parts.config.KAFKA_GROUP_ID
  const entry = { action, what: [describePlan(plan)], actor: byCommand(audit) }
  await audited({ kafka, groupId }, entry, async () => {
    if (isResumed) await untilEmpty(parts, plan)
    else await beginPlan(kafka, groupId, plan)
    // A replica may not have seen yet that the plugin is disabled.
    await clock.sleep(untilFollowedMs(since, clock.now()), signal)
    const statusOf = async () => (await readStates(parts)).of(parts.plugin.slug)
    const begin = (begun: ReplayPlan) => startRun(parts, begun)
    await deliver(parts, { ...parts, audit, say: print, statusOf, states, deliver: begin }, plan)
  })
}

/** Returns the states, unless events are off or it is not known here whether they are. */
export async function requireEventsOn(parts: RunParts): Promise<PluginStates> {
  const states = await readStates(parts)
  if (states.events === 'off') {
    const { slug } = parts.plugin
    throw usage(`events are off, so ${slug} would still miss events: run "events on" first`)
  }
  if (states.events === 'unknown') {
    throw usage('EVENTS_ENABLED: required with the value that the service has')
  }
  return states
}

async function deliver(
  parts: RunParts,
  catchUpParts: CatchUpParts<Run>,
  plan: ReplayPlan,
): Promise<void> {
  const begunAt = new Date().toISOString()
  const done = await catchUp(catchUpParts, plan).catch(async (error) => {
    const status = await catchUpParts.statusOf().catch(() => undefined)
    const state = status?.state ?? 'in an unknown state'
    printError(`${plan.slug} is ${state}; not all missed events were delivered`)
    throw error
  })
  await deleteGroupResources(parts, plan)
  print(summaryOf(plan, await done.outcomes(), begunAt))
  print(`${plan.slug}: enabled in group ${parts.config.KAFKA_GROUP_ID}`)
}

/** Waits for the group to be empty: a process that was killed is a member until its session ends. */
async function untilEmpty({ kafka, config, signal }: RunParts, plan: ReplayPlan): Promise<void> {
  const groupId = replayGroupOf(config.KAFKA_GROUP_ID, plan)
  const endMs = clock.now() + config.SESSION_TIMEOUT_MS + 10 * MEMBERS_CHECK_MS
  while ((await memberCount(kafka, groupId)) > 0) {
    if (signal.aborted) throw signal.reason
    if (clock.now() > endMs)
      throw usage(`group ${groupId} has members: another process is running it`)
    await clock.sleep(MEMBERS_CHECK_MS, signal)
  }
}

async function readStates({ kafka, config }: RunParts): Promise<PluginStates> {
  return pluginStates(await switchesOf(kafka, config.KAFKA_GROUP_ID), config.EVENTS_ENABLED)
}
