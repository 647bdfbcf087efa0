import { audited } from '../../operate/audited.ts'
import type { CopiedMarks } from '../../split/copy-marks-of.ts'
import { planSplit, type SplitPlan } from '../../split/plan-split.ts'
import { runSplit } from '../../split/run-split.ts'
import { counted } from '../../util/text/counted.ts'
import { foreignText } from '../../util/text/foreign-text.ts'
import { readSituations } from '../plugins/situations.ts'
import { type AuditOptions, auditOf, byCommand } from '../shared/audit.ts'
import { commandLogger, connectionOf } from '../shared/connection.ts'
import { exitWhenWritten, print, printJson, printTable } from '../shared/output.ts'
import { unknownName } from '../shared/unknown-name.ts'

export interface SplitOptions extends AuditOptions {
  from: string
  to: string
  plugins: string[]
  yes?: true
  json?: true
}

/** Splits a group, or shows what the new one would begin with. Exits the process. */
export async function splitGroup(options: SplitOptions): Promise<void> {
  const { from, to, plugins: slugs } = options
  const { config, kafka } = connectionOf(process.env)
  const audit = auditOf(options)
  const plan = await planSplit({ config, kafka }, { from, to, slugs }, audit)
  const { slugs: known, of } = await readSituations(kafka, { ...config, KAFKA_GROUP_ID: from })
  for (const slug of slugs) {
    if (of(slug).situation !== 'unknown') continue
    throw unknownName(`--plugins: no plugin of PLUGINS has the slug ${slug}`, slug, known)
  }
  const isRun = options.yes !== undefined && plan.stage !== 'done'
  const log = commandLogger(process.env)
  const what = slugs.map((slug) => `${slug} to ${to}`)
  const action = { action: 'group split', what, actor: byCommand(audit) } as const
  const marks = isRun
    ? await audited({ kafka, groupId: from }, action, () => runSplit({ config, kafka, log }, plan))
    : undefined
  if (options.json) printJson(jsonOf(plan, marks))
  else if (marks === undefined) show(plan)
  else print(doneText(plan, marks))
  // A plugin may have opened handles that would keep the process alive.
  exitWhenWritten()
}

function show(plan: SplitPlan): void {
  const { from, to, slugs, stage, split } = plan
  const by = foreignText(`by ${split.by} at ${split.at}`)
  if (stage === 'done') {
    print(`${to}: split from ${from} ${by}; nothing is left to do`)
    return
  }
  if (stage === 'resumed') print(`begun ${by}, and not ended`)
  const states = slugs.map((slug) => `${slug} (${plan.states.get(slug)})`)
  print(`${states.join(', ')}: from group ${from} to ${to}, which begins at these offsets:`)
  const rows = placesOf(plan).map(({ topic, partition, offset }) => [
    `${topic}/${partition}`,
    String(offset),
  ])
  printTable({ columns: ['PARTITION', 'OFFSET'], rows })
  print('Dry run. Add --yes to split the group.')
}

function doneText({ from, to, slugs }: SplitPlan, marks: CopiedMarks): string {
  return [
    `${to}: begins where ${from} stood, with ${marksText(marks)}`,
    `${slugs.join(', ')}: disabled in group ${from}; now take them out of its PLUGINS and start both groups`,
  ].join('\n')
}

function marksText(marks: CopiedMarks): string {
  switch (marks.store) {
    case 'kafka':
      return `${counted(marks.copied, 'record')} of marks`
    case 'postgres':
      return counted(marks.copied, 'mark')
    case 'memory':
      return 'no marks, as IDEMPOTENCY_STORE is memory: what is above the offsets may be handled again'
  }
}

function jsonOf(plan: SplitPlan, marks: CopiedMarks | undefined) {
  const { from, to, stage } = plan
  const plugins = Object.fromEntries(plan.states)
  const isDone = marks !== undefined || stage === 'done'
  return { from, to, plugins, offsets: placesOf(plan), isDone, ...(marks && { marks }) }
}

function placesOf({ split: { offsets } }: SplitPlan) {
  return Object.entries(offsets).flatMap(([topic, ofTopic]) =>
    Object.entries(ofTopic).map(([partition, offset]) => {
      return { topic, partition: Number(partition), offset }
    }),
  )
}
