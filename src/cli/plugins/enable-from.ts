import { ANSWERS } from '../../control/commands.ts'
import { timeText } from '../../event/time/timestamp.ts'
import { situationOf } from '../../operate/switch-plugins.ts'
import { describePlan, makePlan } from '../../replay/make-plan.ts'
import type { ReplayPlan } from '../../replay/plan.ts'
import { readPlan } from '../../replay/plan-store.ts'
import { requireEnded } from '../../replay/require-left.ts'
import type { RunParts } from '../../replay/run.ts'
import { systemClock as clock } from '../../util/clock.ts'
import type { InventoryEventsError } from '../../util/errors.ts'
import { foreignText } from '../../util/text/foreign-text.ts'
import { continueLive, requireEventsOn } from '../replay/continue-live.ts'
import { replayParts } from '../replay/parts.ts'
import { readPreview, STOPPING, showPreview } from '../replay/run.ts'
import { type AuditOptions, auditOf } from '../shared/audit.ts'
import { onInterrupt } from '../shared/interrupt.ts'
import { print, printError, usage } from '../shared/output.ts'
import { rangeOf } from '../shared/search-options.ts'

export interface EnableOptions extends AuditOptions {
  from?: number
  rate?: number
  yes?: true
}

/** Enables a plugin from a time on, or prints what it would get. Exits the process. */
export async function enableFrom(slug: string, options: EnableOptions): Promise<never> {
  const stop = new AbortController()
  const interrupt = onInterrupt(() => {
    printError(STOPPING)
    stop.abort(interrupted(slug))
  })
  const parts = await replayParts(slug, options.rate, stop.signal)
  requireNoState(parts)
  const groupId = parts.config.KAFKA_GROUP_ID
  const previous = await readPlan(parts.kafka, groupId, slug)
  const unfinished =
    previous?.state === 'running' &&
    previous.purpose === 'enable' &&
    previous.carriedOutBy === 'command'
  if (!unfinished) await requireEnded({ ...parts, clock }, previous)
  const since = await requireOff(parts, previous)
  const audit = auditOf(options)
  const wish = { purpose: 'enable', fromMs: 0, ...rangeOf(options) } as const
  const plan = unfinished ? previous : await makePlan(parts, wish, { audit, previous })
  if (unfinished)
    print(foreignText(`resuming: ${describePlan(plan)}, started by ${plan.by} at ${plan.at}`))
  if (options.yes === undefined) {
    showPreview(plan, await readPreview(parts, plan), parts.rate, 'deliver these events')
  } else {
    const action = 'plugins enable --from'
    await continueLive(parts, { plan, isResumed: unfinished, action, audit, since })
  }
  interrupt.end()
  // A plugin may have opened handles that would keep the process alive.
  process.exit(0)
}

/** Live replicas hold its states in memory, and would write them over what another process makes of them. */
function requireNoState({ plugin: { slug, state } }: RunParts): void {
  if (state === undefined) return
  const message = [
    `plugin ${slug} has state, which has to follow from its events in their order. Either`,
    `  inventory-events replay --plugin ${slug} --rebuild --from TIME    makes its state again from past events, and enables it where they end`,
    `  inventory-events plugins enable ${slug}    continues with the state that it has, without the events that it missed`,
  ]
  throw usage(message.join('\n'))
}

/** Returns the time since which the plugin is off. Throws USAGE if there is nothing to catch up on. */
async function requireOff(parts: RunParts, plan: ReplayPlan | undefined): Promise<string> {
  const { slug } = parts.plugin
  const { state, at = timeText(0) } = (await requireEventsOn(parts)).of(slug)
  const answer = ANSWERS['enable --from'][situationOf(state, plan)]
  if (answer.type === 'refused') throw usage(answer.why(slug))
  return at
}

function interrupted(slug: string): InventoryEventsError {
  return usage(`interrupted; run "plugins enable ${slug} --from ... --yes" again to resume`)
}
