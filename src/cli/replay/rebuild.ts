import { timeText } from '../../event/time/timestamp.ts'
import { situationOf } from '../../operate/switch-plugins.ts'
import { makePlan } from '../../replay/make-plan.ts'
import type { ReplayPlan } from '../../replay/plan.ts'
import { readPlan } from '../../replay/plan-store.ts'
import { requireEnded } from '../../replay/require-left.ts'
import type { RunParts } from '../../replay/run.ts'
import { stateSwapOf } from '../../replay/swap-states.ts'
import { systemClock as clock } from '../../util/clock.ts'
import { auditOf } from '../shared/audit.ts'
import { onInterrupt } from '../shared/interrupt.ts'
import { printError, usage } from '../shared/output.ts'
import { rangeOf } from '../shared/search-options.ts'
import { continueLive, requireEventsOn } from './continue-live.ts'
import { replayParts } from './parts.ts'
import { type ReplayOptions, readPreview, STOPPING, showPreview } from './run.ts'

/**
 * Makes what a plugin remembers again, from past events, or prints which they would be: `replay --rebuild`.
 * Exits the process.
 */
export async function rebuild(options: ReplayOptions): Promise<never> {
  requireWhole(options)
  const { plugin: slug, rate } = options
  const stop = new AbortController()
  const interrupt = onInterrupt(() => {
    printError(STOPPING)
    stop.abort(usage(`interrupted; resume with "${RESUME(slug)}"`))
  })
  const parts = await replayParts(slug, rate, stop.signal)
  const states = stateSwapOf(parts)
  const previous = await readPlan(parts.kafka, parts.config.KAFKA_GROUP_ID, slug)
  const audit = auditOf(options)
  const isResumed = options.resume === true
  const plan = isResumed ? resumable(slug, previous) : await planned(parts, options, previous)
  if (!isResumed && options.yes === undefined) {
    const preview = await readPreview(parts, plan)
    showPreview(plan, preview, rate, `make the state of ${slug} again from these events`)
  } else {
    const since = await requireOff(parts, previous)
    const action = 'replay --rebuild'
    await continueLive(parts, { plan, isResumed, action, audit, since, states })
  }
  interrupt.end()
  // A plugin may have opened handles that would keep the process alive.
  process.exit(0)
}

const RESUME = (slug: string) => `inventory-events replay --plugin ${slug} --rebuild --resume`

async function planned(
  parts: RunParts,
  options: ReplayOptions,
  previous: ReplayPlan | undefined,
): Promise<ReplayPlan> {
  await requireEnded({ ...parts, clock }, previous)
  const wish = { purpose: 'rebuild', fromMs: 0, ...rangeOf(options) } as const
  return makePlan(parts, wish, { audit: auditOf(options), previous })
}

function resumable(slug: string, plan: ReplayPlan | undefined): ReplayPlan {
  if (plan?.state === 'running' && plan.purpose === 'rebuild') return plan
  throw usage(`the state of ${slug} is not being rebuilt: there is nothing to resume`)
}

/** Returns the time since which the plugin is off. */
async function requireOff(parts: RunParts, plan: ReplayPlan | undefined): Promise<string> {
  const { slug } = parts.plugin
  const { state, at = timeText(0) } = (await requireEventsOn(parts)).of(slug)
  const situation = situationOf(state, plan)
  if (situation === 'disabled' || situation === 'rebuilding') return at
  const why = `--rebuild: expected a disabled plugin, but ${slug} is ${state}`
  throw usage(
    `${why}: its events change the state that is to be replaced; run "plugins disable ${slug}" first`,
  )
}

/** A part of the events would make a part of the state. */
function requireWhole(options: ReplayOptions): void {
  if ((options.from === undefined) === (options.resume === undefined)) {
    throw usage('--rebuild: expected one of --from and --resume')
  }
  for (const name of ['to', 'entity', 'kind', 'besideLive'] as const) {
    if (options[name] === undefined) continue
    const option = name === 'besideLive' ? 'beside-live' : name
    throw usage(`--rebuild takes all events from --from on; expected no --${option}`)
  }
}
