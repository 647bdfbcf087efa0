import type { BacktestReport } from './backtest.ts'
import type { FilterReport } from './filter-trial.ts'
import type { Example, Tallied } from './tally.ts'

/** A backtest for people, in lines. */
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
  return `${lines.join('\n')}\n`
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
      `  ${oneLine(group.group)}  ${figure(group.count)}`,
      ...group.examples.map((example) => `    ${exampleLine(example, group.group)}`),
    ]),
  ]
}

/** The name is left out where the group is called by it. */
function exampleLine({ time, place, name, id, entity, why }: Example, group: string): string {
  const parts = [time, place, name === group ? null : name, id, entity ?? '(no key)', why]
  return parts
    .filter((part) => part != null)
    .map((part) => oneLine(part as string))
    .join('  ')
}

function cost({ cost }: FilterReport): string {
  if (cost === null) return 'no event was asked about'
  return `${figure(cost.nsPerEvent)} ns of CPU an event (of ${figure(cost.events)} events)`
}

function figure(count: number): string {
  return count.toLocaleString('en-US')
}

/** Texts are anybody's, and a terminal obeys some of them. */
function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ')
}
