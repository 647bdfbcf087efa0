import { timeText } from '../../event/time/timestamp.ts'
import type { Place } from '../../failover/places.ts'
import { type FailoverPlan, planFailover } from '../../failover/plan-failover.ts'
import { type FailoverDone, runFailover } from '../../failover/run-failover.ts'
import { audited } from '../../operate/audited.ts'
import { describePlan } from '../../replay/make-plan.ts'
import { counted } from '../../util/text/counted.ts'
import { type AuditOptions, auditOf, byCommand } from '../shared/audit.ts'
import { commandLogger, connectionOf } from '../shared/connection.ts'
import { exitWhenWritten, print, printJson, printTable } from '../shared/output.ts'

export interface FailoverOptions extends AuditOptions {
  alias: string
  recoveryPoint: number
  yes?: true
  json?: true
}

const REASONS: Record<Place['why'], string> = {
  checkpoint: 'the last checkpoint by then',
  none: 'the start of the log: nothing was committed by then',
  copied: 'the last checkpoint by then, in the first copy of the log: it ends with a second one',
}

/** Takes a group to its recovery point, or shows what that would mean. Exits the process. */
export async function failOver(options: FailoverOptions): Promise<void> {
  const { alias, recoveryPoint: recoveryPointMs } = options
  const { config, kafka } = connectionOf(process.env)
  const audit = auditOf({ why: 'failover', ...options })
  const plan = await planFailover({ config, kafka }, { alias, recoveryPointMs }, audit)
  const log = commandLogger(process.env)
  const at = timeText(recoveryPointMs)
  const action = {
    action: 'group failover',
    what: [`from ${alias}, as it was at ${at}`],
    actor: byCommand(audit),
  } as const
  const ports = { kafka, groupId: config.KAFKA_GROUP_ID }
  const failover = () => runFailover({ config, kafka, log }, plan)
  const done = options.yes && (await audited(ports, action, failover))
  if (options.json) printJson({ recoveryPoint: at, ...jsonOf(plan, done) })
  else if (done) print(doneText(config.KAFKA_GROUP_ID, at, plan, done))
  else show(config.KAFKA_GROUP_ID, at, plan)
  exitWhenWritten()
}

function show(groupId: string, at: string, plan: FailoverPlan): void {
  print(`${groupId}: as it was at ${at}, it begins at these offsets:`)
  const rows = plan.places.map(({ topic, partition, offset, why }) => [
    `${topic}/${partition}`,
    String(offset),
    REASONS[why],
  ])
  printTable({ columns: ['PARTITION', 'OFFSET', 'WHY'], rows })
  const [marks, states] = [afterOf(plan.marks), afterOf(plan.states)]
  print(
    `Later, and to be undone: ${counted(marks, 'record')} of marks, ${counted(states, 'state')}.`,
  )
  for (const line of [...hiddenText(plan), ...abandonedText(plan)]) print(line)
  print('Dry run. Add --yes to do it.')
}

function doneText(
  groupId: string,
  at: string,
  plan: FailoverPlan,
  { marks, states }: FailoverDone,
): string {
  const { restored, cleared } = states
  return [
    `${groupId}: as it was at ${at}; ${counted(marks, 'record')} of marks undone, ${counted(restored, 'state')} restored, ${cleared} without one by then cleared`,
    ...hiddenText(plan),
    ...abandonedText(plan),
    'now start the service, and publish again what was acknowledged after that time',
  ].join('\n')
}

/** What a mirror did that copied the log of a topic again and ended before it was through. */
function hiddenText(plan: FailoverPlan): string[] {
  const { states, controlRecords } = hiddenOf(plan)
  if (states + controlRecords === 0) return []
  const what = `${counted(states, 'state')} and ${counted(controlRecords, 'record')} of the control topic`
  return [
    `${what} older than what stands before them, as the mirror copied them again: the newest count`,
  ]
}

function hiddenOf({ states, hidden }: FailoverPlan) {
  const older = states.reduce((sum, each) => sum + each.older, 0)
  return { states: older, controlRecords: hidden.length }
}

function abandonedText({ replays }: FailoverPlan): string[] {
  return replays.map((replay) => `${describePlan(replay)}: cancelled; start it again`)
}

function jsonOf(plan: FailoverPlan, done: FailoverDone | undefined) {
  const { places, marks, states, replays } = plan
  const later = { markRecords: afterOf(marks), states: afterOf(states) }
  const cancelled = replays.map(({ slug, purpose }) => ({ slug, purpose }))
  const hidden = hiddenOf(plan)
  return { places, later, hidden, cancelled, isDone: done !== undefined, ...(done && { done }) }
}

function afterOf(cuts: readonly { after: number }[]): number {
  return cuts.reduce((sum, { after }) => sum + after, 0)
}
