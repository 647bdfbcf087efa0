import { inspect } from 'node:util'
import { entityKey } from '../../event/entity-key.ts'
import { nameOf } from '../../event/guards.ts'
import type { Kinds } from '../../event/kinds.ts'
import { assertNever } from '../../event/outcome.ts'
import type { Counts, Verdict } from '../../testing/certify/certify.ts'
import type { Difference } from '../../testing/certify/differences.ts'
import { isAgain } from '../../testing/certify/shrink.ts'
import type { CrashStep } from '../../testing/crash.ts'
import type { Item } from '../../testing/run-sequence.ts'
import { counted } from '../../util/text/counted.ts'
import { jsonText } from '../../util/text/foreign-text.ts'
import { tableText } from '../shared/table.ts'

const DIFFERENCES_MAX = 10
const NAMES_MAX = 5

const PROBE_HELP = `a plugin that has no state and publishes nothing needs a probe, which shows what
it has done elsewhere. Export from its file, or from the one that --probe names:
  export function probe() { ... }  returns everything that it has done, as data
  export function reset() { ... }  undoes it, before each run`

const STEPS: Record<CrashStep, string> = {
  'before-call': 'before its handler is called',
  'before-mark': 'after its handler has returned, before that is recorded',
  'after-mark': 'after its completion is recorded, before the offset is committed',
}

/** What `plugins certify` prints. */
export function verdictText(kinds: Kinds, slug: string, verdict: Verdict, seed: number): string {
  switch (verdict.type) {
    case 'certified':
      return certifiedText(slug, verdict)
    case 'not-comparable':
      return `${slug}: not certified: ${PROBE_HELP}`
    case 'no-events':
      return `${slug}: not certified: no event could be made that its filters accept, of ${namesText(verdict.names)}`
    case 'nothing-processed':
      return `${slug}: not certified: its handler processed none of the events: ${outcomesText(verdict.counts)}
name in \`where\` what the handler needs of an event: events are made to match it`
    case 'not-deterministic':
      return `${slug}: not certified: two runs of the same differ, so nothing can be compared\n\n${differencesText(verdict.found)}`
    case 'differs':
      return `${slug}: not idempotent: what is left differs from a run without disturbance
(--seed ${seed}, run ${verdict.run}; this is the smallest sequence found that shows it)

What was done
${stepsText(kinds, verdict.items)}

What was expected, as without crashes and duplicates, and what was seen
${differencesText(verdict.found)}

The events, a JSON object a line
${eventsText(verdict.items)}`
    default:
      return assertNever(verdict)
  }
}

function certifiedText(
  slug: string,
  { counts, names, isProbed }: Extract<Verdict, { type: 'certified' }>,
): string {
  const compared = isProbed
    ? 'the probe, state, published events and dead letters'
    : 'state, published events and dead letters'
  return [
    `${slug}: certified`,
    `  runs         ${counts.runs}, each with and without disturbance`,
    `  events       ${namesText(names)}`,
    `  outcomes     ${outcomesText(counts)}`,
    `  disturbed    ${counts.crashes} crashes, ${counts.duplicates} duplicates, entities in another order`,
    `  compared     ${compared}: the same`,
  ].join('\n')
}

function namesText(names: readonly string[]): string {
  if (names.length === 0) return 'the names that are known'
  const more = names.length > NAMES_MAX ? ` and ${names.length - NAMES_MAX} more` : ''
  return `${names.slice(0, NAMES_MAX).join(', ')}${more}`
}

function outcomesText({ outcomes, firstError }: Counts): string {
  const parts = [...outcomes].map(([outcome, count]) => `${count} ${outcome}`)
  return `${parts.join(', ')}${firstError === undefined ? '' : ` (first ${firstError})`}`
}

function stepsText(kinds: Kinds, items: readonly Item[]): string {
  const lines = items.flatMap((item, index) => {
    const again = isAgain(items, index) ? ', once more' : ''
    const line = `${item.event.id}  ${nameOf(item.event)} of ${entityKey(kinds, item.event)}${again}`
    if (item.crash === undefined) return [line]
    const from = items[Math.max(0, index - item.crash.uncommitted)] as Item
    return [
      `${line}; the process is killed ${STEPS[item.crash.step]}`,
      `a new process continues with ${from.event.id}, the first that was not committed`,
    ]
  })
  return lines.map((line, index) => `  ${index + 1}. ${line}`).join('\n')
}

function differencesText(found: readonly Difference[]): string {
  const rows = found
    .slice(0, DIFFERENCES_MAX)
    .map(({ at, expected, seen }) => [at, shown(expected), shown(seen)])
  const more = found.length - rows.length
  const table = tableText({ columns: ['where', 'expected', 'seen'], rows })
  const lines = more > 0 ? `${table}\nand ${counted(more, 'difference')} more` : table
  return lines.replaceAll(/^/gm, '  ')
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  return inspect(value, { breakLength: Number.POSITIVE_INFINITY, depth: 4 })
}

function eventsText(items: readonly Item[]): string {
  const events = new Set(items.map(({ event }) => event))
  return [...events].map((event) => jsonText(event)).join('\n')
}
