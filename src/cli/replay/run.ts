import type { ActionName } from '../../control/audit-record.ts'
import { type Kinds, kindNames } from '../../event/kinds.ts'
import { createEventReader } from '../../explain/event-reader.ts'
import { memberCount } from '../../kafka/admin/group-members.ts'
import { abandonPlan } from '../../operate/abandon-plan.ts'
import { audited } from '../../operate/audited.ts'
import { createGroupResources, deleteGroupResources } from '../../replay/group-resources.ts'
import { describePlan, makePlan, requireFinished } from '../../replay/make-plan.ts'
import { membersText } from '../../replay/members-text.ts'
import { continuesLive, type ReplayPlan, replayGroupOf } from '../../replay/plan.ts'
import { beginPlan, readPlan, writePlan } from '../../replay/plan-store.ts'
import {
  EXAMPLE_COLUMNS,
  type Preview,
  previewOf,
  previewText,
  timesOf,
} from '../../replay/preview.ts'
import { requireEnded } from '../../replay/require-left.ts'
import { requireNotLive } from '../../replay/require-not-live.ts'
import { type RunParts, startRun } from '../../replay/run.ts'
import { systemClock as clock } from '../../util/clock.ts'
import type { InventoryEventsError } from '../../util/errors.ts'
import { counted } from '../../util/text/counted.ts'
import { type AuditOptions, auditOf, byCommand, switchesOf } from '../shared/audit.ts'
import { onInterrupt } from '../shared/interrupt.ts'
import { print, printError, printTable, usage } from '../shared/output.ts'
import { rangeOf } from '../shared/search-options.ts'
import { unknownName } from '../shared/unknown-name.ts'
import { replayParts } from './parts.ts'

export interface ReplayOptions extends AuditOptions {
  plugin: string
  from?: number
  to?: number
  entity?: string
  kind?: string
  /** Events per second. */
  rate: number
  yes?: true
  besideLive?: true
  rebuild?: true
  resume?: true
  abandon?: true
}

/** Shown at once, since what follows may take as long as the longest handler. */
export const STOPPING =
  'stopping: running handlers may finish, within DRAIN_TIMEOUT_MS; a second signal exits immediately'

/** Starts, resumes, cancels or previews a replay. Exits the process. */
export async function replay(options: ReplayOptions): Promise<void> {
  requireOneMode(options)
  const { plugin: slug, rate } = options
  const stop = new AbortController()
  const interrupt = onInterrupt(() => {
    printError(STOPPING)
    stop.abort(interrupted(slug))
  })
  const parts = await replayParts(slug, rate, stop.signal)
  const previous = await readPlan(parts.kafka, parts.config.KAFKA_GROUP_ID, slug)
  if (options.abandon) await abandon(parts, previous, options)
  else if (options.resume) await resume(parts, resumable(slug, previous), options)
  else await begin(parts, previous, options)
  interrupt.end()
  // A plugin may have opened handles that would keep the process alive.
  process.exit(0)
}

async function begin(
  parts: RunParts,
  previous: ReplayPlan | undefined,
  options: ReplayOptions,
): Promise<void> {
  await requireEnded({ ...parts, clock }, previous)
  const { kind } = options
  const { kinds } = parts.contract
  const wish = { purpose: 'replay', fromMs: 0, ...rangeOf(options), kind } as const
  const plan = await makePlan(parts, wish, { audit: auditOf(options), previous })
  // Producers choose the names of plugin events: only the events show which name is mistyped.
  if (options.yes === undefined || (kind !== undefined && !kinds.has(kind))) {
    const preview = await readPreview(parts, plan)
    requireKind(kinds, plan, preview)
    if (options.yes === undefined) {
      return showPreview(plan, preview, parts.rate, 'replay these events')
    }
  }
  await checkNotLive(parts, options)
  await recorded('replay', parts, plan, options, async () => {
    if (previous !== undefined) await deleteGroupResources(parts, previous)
    await beginPlan(parts.kafka, parts.config.KAFKA_GROUP_ID, plan)
    await run(parts, plan, { ...options, besideLive: true })
  })
}

function resume(parts: RunParts, plan: ReplayPlan, options: ReplayOptions): Promise<void> {
  return recorded('replay --resume', parts, plan, options, () => run(parts, plan, options))
}

/** Does it with entries in the audit of the group. */
function recorded(
  action: ActionName,
  { kafka, config }: RunParts,
  plan: ReplayPlan,
  options: AuditOptions,
  work: () => Promise<void>,
): Promise<void> {
  const ports = { kafka, groupId: config.KAFKA_GROUP_ID }
  const actor = byCommand(auditOf(options))
  return audited(ports, { action, what: [describePlan(plan)], actor }, work)
}

/** Reads what a plan would deliver. */
export async function readPreview(parts: RunParts, plan: ReplayPlan): Promise<Preview> {
  const { kafka, registry, contract, plugin, signal } = parts
  const reader = createEventReader(contract, registry)
  try {
    return await previewOf(kafka, { reader, signal }, plugin, plan)
  } finally {
    reader.close()
  }
}

/** Prints what a plan would deliver. `action` says what --yes does. */
export function showPreview(
  plan: ReplayPlan,
  preview: Preview,
  rate: number | undefined,
  action: string,
): void {
  print(previewText(plan, preview, rate))
  const { examples } = preview
  if (examples.length > 0) printTable({ columns: EXAMPLE_COLUMNS, rows: examples })
  print(`Dry run. Add --yes to ${action}.`)
}

/** Throws USAGE if no event has the kind, and it is not one that might have had some. */
function requireKind(kinds: Kinds, { kind, ...plan }: ReplayPlan, { names }: Preview): void {
  if (kind === undefined || kinds.has(kind) || names.has(kind)) return
  const what = `--kind: no event from ${timesOf(plan)} is of kind ${kind}`
  throw unknownName(what, kind, [...kindNames(kinds), ...names])
}

async function run(parts: RunParts, plan: ReplayPlan, options: ReplayOptions): Promise<void> {
  await checkNotLive(parts, options)
  const begunAt = new Date().toISOString()
  await createGroupResources(parts, plan)
  const running = await startRun(parts, plan)
  try {
    await running.reached()
  } finally {
    await running.stop()
  }
  await finish(parts, plan)
  print(summaryOf(plan, await running.outcomes(), begunAt))
}

/** Marks the plan as done, unless another process has done so, and deletes the group's resources. */
async function finish(parts: RunParts, plan: ReplayPlan): Promise<void> {
  const { kafka, config } = parts
  const groupId = config.KAFKA_GROUP_ID
  const now = await readPlan(kafka, groupId, plan.slug)
  if (now?.generation === plan.generation && now.state === 'running') {
    await writePlan(kafka, groupId, { ...now, state: 'done' })
  }
  await deleteGroupResources(parts, plan)
}

async function abandon(
  parts: RunParts,
  plan: ReplayPlan | undefined,
  options: ReplayOptions,
): Promise<void> {
  const { kafka, config } = parts
  if (plan?.state !== 'running') throw usage(`${options.plugin} has no unfinished replay`)
  const groupId = replayGroupOf(config.KAFKA_GROUP_ID, plan)
  const members = await memberCount(kafka, groupId)
  // Replicas follow the plan, and leave.
  if (members > 0 && plan.carriedOutBy === 'command') {
    const who = membersText(groupId, members, config.SESSION_TIMEOUT_MS)
    throw usage(`${who}: stop what still runs it, or wait until then, and repeat this`)
  }
  const audit = auditOf(options)
  await recorded('replay --abandon', parts, plan, options, async () => {
    const state = await abandonPlan(parts, plan, audit)
    const note = continuesLive(plan) ? `; the plugin is ${state}` : ''
    print(`${describePlan(plan)}: cancelled${note}`)
  })
}

function resumable(slug: string, plan: ReplayPlan | undefined): ReplayPlan {
  if (plan?.state !== 'running') throw usage(`${slug} has no unfinished replay`)
  if (continuesLive(plan)) requireFinished(plan)
  return plan
}

async function checkNotLive({ kafka, config, plugin }: RunParts, options: ReplayOptions) {
  if (options.besideLive) return
  const switches = () => switchesOf(kafka, config.KAFKA_GROUP_ID)
  await requireNotLive(kafka, config, plugin.slug, switches)
}

export function summaryOf(
  plan: ReplayPlan,
  outcomes: ReadonlyMap<string, number>,
  begunAt: string,
): string {
  const nonZero = [...outcomes].filter(([, count]) => count > 0)
  const counts = nonZero.map(([outcome, count]) => `${outcome} ${count}`).join(', ') || 'nothing'
  const deadLetters = (outcomes.get('dead-lettered') ?? 0) + (outcomes.get('rejected') ?? 0)
  const list = `inventory-events dead-letters list --plugin ${plan.slug} --from ${begunAt}`
  const hint = deadLetters === 0 ? [] : [`${counted(deadLetters, 'dead letter')}: ${list}`]
  return [`${describePlan(plan)}: done; by this process: ${counts}`, ...hint].join('\n')
}

function requireOneMode({ from, resume, abandon }: ReplayOptions): void {
  const modes = [from !== undefined, resume === true, abandon === true].filter(Boolean)
  if (modes.length !== 1) throw usage('expected one of --from, --resume and --abandon')
}

function interrupted(slug: string): InventoryEventsError {
  return usage(`interrupted; resume with "inventory-events replay --plugin ${slug} --resume"`)
}
