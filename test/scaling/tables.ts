import type { Verdict } from '../faults/verdict.ts'
import type { Changed } from './changes.ts'
import type { Requests } from './requests.ts'
import type { Throughput } from './throughput.ts'

export interface Results {
  /** The machine and the settings of the run. */
  machine: string
  throughput: Throughput[]
  requests: Requests[]
  changes: Changed[]
  /** Of both parts combined. */
  verdict: Pick<Verdict, 'published' | 'lost' | 'duplicates' | 'orderBreaks'>
  problems: string[]
}

/** Rows of cells; the first row has the titles. */
export type Table = readonly (readonly string[])[]

export function throughputTable(rows: readonly Throughput[]): Table {
  const titles = ['replicas', 'events/s', 'ratio', 'limit', 'reached', 'handler']
  const cells = rows.map((row) => [
    String(row.replicas),
    row.perSecond.toFixed(0),
    `${(row.perSecond / rows[0]!.perSecond).toFixed(2)} ×`,
    row.limitPerSecond.toFixed(0),
    `${((100 * row.perSecond) / row.limitPerSecond).toFixed(0)} %`,
    `${row.handlerMs.toFixed(1)} ms`,
    coresText(row.replicaCores),
    coresText([row.brokerCores]),
  ])
  return [[...titles, 'cores of a replica', 'of the broker'], ...cells]
}

/** Requests of a replica that owns all partitions, the most frequent first. */
export function requestsTable(columns: readonly Requests[]): Table {
  const names = new Set(columns.flatMap(({ perSecond }) => Object.keys(perSecond)))
  const rates = (name: string) => columns.map(({ perSecond }) => perSecond[name] ?? 0)
  const most = (name: string) => Math.max(...rates(name))
  const rows = [...names]
    .sort((a, b) => most(b) - most(a))
    .map((name) => [name, ...rates(name).map((rate) => rate.toFixed(1))])
  return [['requests in a second', ...columns.map(({ when }) => when)], ...rows]
}

export function changesTable(rows: readonly Changed[]): Table {
  const titles = ['change', 'nothing handled for', 'a partition', 'moved', 'least possible']
  const cells = rows.map((row) => [
    row.name,
    secondsText(row.groupMs),
    secondsText(row.partitionMs),
    String(row.moved),
    String(row.least),
    String(row.reassignments),
    secondsText(row.settledMs),
    secondsText(row.caughtUpMs),
  ])
  return [[...titles, 'reassignments', 'shared out after', 'caught up after'], ...cells]
}

export function verdictText({ published, lost, duplicates, orderBreaks }: Results['verdict']) {
  const done = `${lost} lost, ${duplicates} done twice because of a kill`
  return `${published} events published, ${done}, order of an entity broken ${orderBreaks} times.`
}

function secondsText(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}

/** The range from least to most. */
function coresText(cores: readonly (number | undefined)[]): string {
  const known = cores.filter((each) => each !== undefined)
  if (known.length === 0) return 'unknown'
  const [least, most] = [Math.min(...known).toFixed(2), Math.max(...known).toFixed(2)]
  return least === most ? least : `${least} to ${most}`
}
