import { pluginStates } from '../../control/plugin-states.ts'
import { memberCount } from '../../kafka/admin/group-members.ts'
import { type CatchUpParts, catchUp, FOLLOWED_MS } from '../../replay/catch-up.ts'
import { deleteGroupResources } from '../../replay/group-resources.ts'
import { describePlan, makePlan, requireFinished } from '../../replay/make-plan.ts'
import { type ReplayPlan, replayGroupOf } from '../../replay/plan.ts'
import { beginPlan, readPlan } from '../../replay/plan-store.ts'
import type { RunParts } from '../../replay/run.ts'
import { systemClock as clock } from '../../util/clock.ts'
import type { InventoryEventsError } from '../../util/errors.ts'
import { replayParts } from '../replay/parts.ts'
import { showPreview, summaryOf } from '../replay/run.ts'
import { type AuditOptions, auditOf, switchesOf } from '../shared/audit.ts'
import { onInterrupt } from '../shared/interrupt.ts'
import { print, usage } from '../shared/output.ts'

export interface EnableOptions extends AuditOptions {
  from?: number
  rate?: number
  yes?: true
}

const MEMBERS_CHECK_MS = 1_000

/** Enables a plugin from a time on, or says what it would be handed. Ends the process. */
export async function enableFrom(slug: string, options: EnableOptions): Promise<never> {
  const stop = new AbortController()
  const interrupt = onInterrupt(() => stop.abort(interrupted(slug)))
  const parts = await replayParts(slug, options.rate, stop.signal)
  const groupId = parts.config.KAFKA_GROUP_ID
  const previous = await readPlan(parts.kafka, groupId, slug)
  const unfinished = previous?.state === 'running' && previous.purpose === 'enable'
  if (!unfinished) requireFinished(previous)
  const since = await requireOff(parts, unfinished)
  const audit = auditOf(options)
  const wish = { purpose: 'enable', fromMs: options.from ?? 0 } as const
  const plan = unfinished ? previous : await makePlan(parts, wish, { audit, previous })
  if (unfinished) print(`${describePlan(plan)} goes on, begun by ${plan.by} at ${plan.at}`)
  if (options.yes === undefined) await showPreview(parts, plan, 'handed over')
  else {
    if (unfinished) await untilAlone(parts, plan)
    else await beginPlan(parts.kafka, groupId, plan)
    // A replica may not know yet that the plugin is off.
    await clock.sleep(Math.max(0, Date.parse(since) + FOLLOWED_MS - Date.now()), stop.signal)
    await run({ ...parts, audit, say: print, stateOf: () => stateOf(parts) }, plan)
  }
  interrupt.end()
  // A plugin may have opened what would keep the process alive.
  process.exit(0)
}

async function run(parts: CatchUpParts, plan: ReplayPlan): Promise<void> {
  const begunAt = new Date().toISOString()
  const done = await catchUp(parts, plan).catch(async (error) => {
    const state = await stateOf(parts).catch(() => 'switched as it was')
    process.stderr.write(`${plan.slug} is ${state}, what it missed is not all handed over\n`)
    throw error
  })
  await deleteGroupResources(parts, plan)
  print(summaryOf(plan, await done.outcomes(), begunAt))
  print(`${plan.slug}: enabled in group ${parts.config.KAFKA_GROUP_ID}`)
}

/** Since when the plugin is off. Throws USAGE where there is nothing to catch up on. */
async function requireOff(parts: RunParts, unfinished: boolean): Promise<string> {
  const { slug } = parts.plugin
  const standings = await standingsNow(parts)
  if (standings.events === 'off') {
    throw usage(`events are off, so ${slug} would go on missing some: run "events on" first`)
  }
  const { state, at = new Date(0).toISOString() } = standings.of(slug)
  if (state === 'disabled' || (state === 'paused' && unfinished)) return at
  const hint =
    state === 'paused'
      ? 'its events wait for "plugins resume"'
      : 'it misses none; "replay" hands over past events again'
  throw usage(`--from is for a plugin that is disabled, and ${slug} is ${state}: ${hint}`)
}

/** A process that was killed is a member until its session ends. */
async function untilAlone({ kafka, config, signal }: RunParts, plan: ReplayPlan): Promise<void> {
  const groupId = replayGroupOf(config.KAFKA_GROUP_ID, plan)
  const endMs = clock.now() + config.SESSION_TIMEOUT_MS + 10 * MEMBERS_CHECK_MS
  while ((await memberCount(kafka, groupId)) > 0) {
    if (signal.aborted) throw signal.reason
    if (clock.now() > endMs) throw usage(`group ${groupId} has members: it is under way elsewhere`)
    await clock.sleep(MEMBERS_CHECK_MS, signal)
  }
}

async function stateOf(parts: RunParts) {
  return (await standingsNow(parts)).of(parts.plugin.slug).state
}

async function standingsNow({ kafka, config }: RunParts) {
  return pluginStates(await switchesOf(kafka, config.KAFKA_GROUP_ID), config.EVENTS_ENABLED)
}

function interrupted(slug: string): InventoryEventsError {
  return usage(`interrupted; run "plugins enable ${slug} --from ... --yes" again to go on`)
}
