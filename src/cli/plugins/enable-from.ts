import { ANSWERS } from '../../control/commands.ts'
import { pluginStates } from '../../control/plugin-states.ts'
import { timeText } from '../../event/time/timestamp.ts'
import { memberCount } from '../../kafka/admin/group-members.ts'
import { audited } from '../../operate/audited.ts'
import { situationOf } from '../../operate/switch-plugins.ts'
import { type CatchUpParts, catchUp, FOLLOWED_MS } from '../../replay/catch-up.ts'
import { deleteGroupResources } from '../../replay/group-resources.ts'
import { describePlan, makePlan, requireFinished } from '../../replay/make-plan.ts'
import { type ReplayPlan, replayGroupOf } from '../../replay/plan.ts'
import { beginPlan, readPlan } from '../../replay/plan-store.ts'
import type { RunParts } from '../../replay/run.ts'
import { systemClock as clock } from '../../util/clock.ts'
import type { InventoryEventsError } from '../../util/errors.ts'
import { foreignText } from '../../util/text/foreign-text.ts'
import { replayParts } from '../replay/parts.ts'
import { readPreview, STOPPING, showPreview, summaryOf } from '../replay/run.ts'
import { type AuditOptions, auditOf, byCommand, switchesOf } from '../shared/audit.ts'
import { onInterrupt } from '../shared/interrupt.ts'
import { print, printError, usage } from '../shared/output.ts'
import { rangeOf } from '../shared/search-options.ts'

export interface EnableOptions extends AuditOptions {
  from?: number
  rate?: number
  yes?: true
}

const MEMBERS_CHECK_MS = 1_000

/** Enables a plugin from a time on, or prints what it would get. Exits the process. */
export async function enableFrom(slug: string, options: EnableOptions): Promise<never> {
  const stop = new AbortController()
  const interrupt = onInterrupt(() => {
    printError(STOPPING)
    stop.abort(interrupted(slug))
  })
  const parts = await replayParts(slug, options.rate, stop.signal)
  const groupId = parts.config.KAFKA_GROUP_ID
  const previous = await readPlan(parts.kafka, groupId, slug)
  const unfinished = previous?.state === 'running' && previous.purpose === 'enable'
  if (!unfinished) requireFinished(previous)
  const since = await requireOff(parts, previous)
  const audit = auditOf(options)
  const wish = { purpose: 'enable', fromMs: 0, ...rangeOf(options) } as const
  const plan = unfinished ? previous : await makePlan(parts, wish, { audit, previous })
  if (unfinished)
    print(foreignText(`resuming: ${describePlan(plan)}, started by ${plan.by} at ${plan.at}`))
  if (options.yes === undefined) {
    showPreview(plan, await readPreview(parts, plan), parts.rate, 'deliver these events')
  } else {
    const actor = byCommand(audit)
    const action = { action: 'plugins enable --from', what: [describePlan(plan)], actor } as const
    await audited({ kafka: parts.kafka, groupId }, action, async () => {
      if (unfinished) await untilEmpty(parts, plan)
      else await beginPlan(parts.kafka, groupId, plan)
      // A replica may not have seen yet that the plugin is disabled.
      await clock.sleep(Math.max(0, Date.parse(since) + FOLLOWED_MS - Date.now()), stop.signal)
      await run({ ...parts, audit, say: print, statusOf: () => statusOf(parts) }, plan)
    })
  }
  interrupt.end()
  // A plugin may have opened handles that would keep the process alive.
  process.exit(0)
}

async function run(parts: CatchUpParts, plan: ReplayPlan): Promise<void> {
  const begunAt = new Date().toISOString()
  const done = await catchUp(parts, plan).catch(async (error) => {
    const status = await statusOf(parts).catch(() => undefined)
    const state = status?.state ?? 'in an unknown state'
    printError(`${plan.slug} is ${state}; not all missed events were delivered`)
    throw error
  })
  await deleteGroupResources(parts, plan)
  print(summaryOf(plan, await done.outcomes(), begunAt))
  print(`${plan.slug}: enabled in group ${parts.config.KAFKA_GROUP_ID}`)
}

/** Returns the time since which the plugin is off. Throws USAGE if there is nothing to catch up on. */
async function requireOff(parts: RunParts, plan: ReplayPlan | undefined): Promise<string> {
  const { slug } = parts.plugin
  const states = await readStates(parts)
  if (states.events === 'off') {
    throw usage(`events are off, so ${slug} would still miss events: run "events on" first`)
  }
  if (states.events === 'unknown') {
    throw usage('EVENTS_ENABLED: required with the value that the service has')
  }
  const { state, at = timeText(0) } = states.of(slug)
  const answer = ANSWERS['enable --from'][situationOf(state, plan)]
  if (answer.type === 'refused') throw usage(answer.why(slug))
  return at
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

async function statusOf(parts: RunParts) {
  return (await readStates(parts)).of(parts.plugin.slug)
}

async function readStates({ kafka, config }: RunParts) {
  return pluginStates(await switchesOf(kafka, config.KAFKA_GROUP_ID), config.EVENTS_ENABLED)
}

function interrupted(slug: string): InventoryEventsError {
  return usage(`interrupted; run "plugins enable ${slug} --from ... --yes" again to resume`)
}
