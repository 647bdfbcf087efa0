import { foreignText } from '../util/text/foreign-text.ts'
import type { BacktestReport } from './backtest.ts'
import type { FilterReport } from './filter-trial.ts'
import type { Example, Tallied } from './tally.ts'

/** A backtest report as text. */
export function backtestText(report: BacktestReport): string {
  const { records, tombstones, undecodable, filter, changed } = report
  const lines = [
    `records      ${figure(records)}`,
    ...filterLines(filter),
    `tombstones   ${figure(tombstones)}`,
    ...tallyLines('undecodable', undecodable),
    `cost         ${cost(filter)}`,
    ...(changed === undefined
      ? []
      : [
          '',
          'with the changed filter',
          ...filterLines(changed),
          `cost         ${cost(changed)}`,
          ...tallyLines('gained', changed.gained),
          ...tallyLines('lost', changed.lost),
        ]),
  ]
  return lines.join('\n')
}

function filterLines({ matched, unmatched, errors }: FilterReport): string[] {
  return [
    ...tallyLines('matched', matched),
    ...tallyLines('unmatched', unmatched),
    ...tallyLines('errors', errors),
  ]
}

function tallyLines(title: string, { count, groups }: Tallied): string[] {
  return [
    `${title.padEnd(12)} ${figure(count)}`,
    ...groups.flatMap((group) => [
      `  ${foreignText(group.group)}  ${figure(group.count)}`,
      ...group.examples.map((example) => `    ${exampleLine(example, group.group)}`),
    ]),
  ]
}

/** Leaves out the event's name if the group has the same name. */
function exampleLine({ time, place, name, id, entity, why }: Example, group: string): string {
  const parts = [time, place, name === group ? null : name, id, entity ?? '(no key)', why]
  return parts
    .filter((part) => part != null)
    .map((part) => foreignText(part as string))
    .join('  ')
}

function cost({ cost }: FilterReport): string {
  if (cost === null) return 'no event was evaluated'
  const events = `${figure(cost.events)} ${cost.events === 1 ? 'event' : 'events'}`
  return `${figure(cost.nsPerEvent)} ns of CPU per event (measured on ${events})`
}

function figure(count: number): string {
  return count.toLocaleString('en-US')
}
