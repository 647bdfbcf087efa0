import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { cases } from '../cases/cases.ts'
import type { BenchCase } from './bench.ts'
import type { DatasetOptions } from './dataset.ts'
import { readMix } from './mix.ts'

export const HELP = `Usage: npm run bench -- [options]

Measures the service beside plain kafkajs on a real Kafka, and prints medians, spread and ratios.

  --quick          few records, two rounds, the main cases: under three minutes; fails where a
                   ratio is far from where it should be
  --case <name>    only this one; may be given again: ${cases.map(({ name }) => name).join(', ')}
  --records <n>    events in the topic (default: 1000000; quick: 120000)
  --rounds <n>     of each comparison (default: 5; quick: 2)
  --partitions <n> (default: 6)
  --entities <n>   (default: 10000)
  --products <n>   that the entities are of (default: 340)
  --mix <mix>      kinds by weight, as in moved=40,modified=20 (default: a lifelike mix of all ten)
  --seed <n>       (default: 1)
  --json <file>    write the results there
  --write          put the table into docs/performance.md
  --busy           say in that table that the machine was busy with other things
  --profile        print where the service spends its CPU time, which slows it: not with --write
  --help
`

export interface Options {
  cases: readonly BenchCase[]
  dataset: DatasetOptions
  rounds: number
  isQuick: boolean
  jsonFile: string | undefined
  write: boolean
  isBusy: boolean
  profile: boolean
  help: boolean
}

export function readOptions(args: readonly string[]): Options {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean', default: false } as const
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ quick: flag, write: flag, busy: flag, profile: flag, help: flag },
      ...{ records: text, rounds: text, partitions: text, entities: text, products: text },
      ...{ mix: text, seed: text, json: text },
      case: { type: 'string', multiple: true },
    },
  })
  if (values.profile && values.write) {
    throw new Error('--profile slows what is measured: expected it without --write')
  }
  const isQuick = values.quick
  return {
    cases: chosen(values.case, isQuick),
    dataset: {
      topic: 'bench.events',
      records: whole('records', values.records, isQuick ? 120_000 : 1_000_000),
      partitions: whole('partitions', values.partitions, 6),
      entities: whole('entities', values.entities, 10_000),
      products: whole('products', values.products, 340),
      seed: whole('seed', values.seed, 1),
      mix: readMix(values.mix),
    },
    rounds: whole('rounds', values.rounds, isQuick ? 2 : 5),
    isQuick,
    jsonFile: values.json && resolve(values.json),
    write: values.write,
    isBusy: values.busy,
    profile: values.profile,
    help: values.help,
  }
}

function chosen(names: readonly string[] | undefined, isQuick: boolean): readonly BenchCase[] {
  if (names === undefined) return cases.filter(({ inQuick }) => inQuick || !isQuick)
  return names.map((name) => {
    const found = cases.find((each) => each.name === name)
    const known = cases.map((each) => each.name).join(', ')
    if (found === undefined) throw new Error(`--case: expected one of ${known}, got "${name}"`)
    return found
  })
}

function whole(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback
  if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text)
  throw new Error(`--${name}: expected a whole number from 1 to 999999999, got "${text}"`)
}
