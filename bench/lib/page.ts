import { readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, release, totalmem } from 'node:os'
import { externalEndpoints } from '../../src/dev/stack/external.ts'
import { KAFKA_VERSION } from '../../src/dev/stack/kafka.ts'
import type { Dataset } from './dataset.ts'
import { FRANZ_GO_VERSION } from './franz-go.ts'
import type { Options } from './options.ts'
import { PARALLEL_CONSUMER_VERSION } from './parallel-consumer.ts'
import { type CaseReport, markdown, summary } from './report.ts'

const PAGE = new URL('../../docs/performance.md', import.meta.url)
const MANIFEST = new URL('../../package.json', import.meta.url)
const BETWEEN = /<!-- results -->.*<!-- \/results -->/s

export interface Machine {
  cpus: string
  memoryGiB: number
  system: string
  /** By name. */
  versions: Record<string, string>
  /** The load average of the minute before the benchmark. */
  loadBefore: number
}

export function machineNow(loadBefore: number): Machine {
  return {
    cpus: `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    memoryGiB: Math.round(totalmem() / 1_073_741_824),
    system: `${process.platform} ${release()}`,
    versions: versions(),
    loadBefore,
  }
}

function versions(): Record<string, string> {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(MANIFEST, 'utf8'))
  const { kafkajs, avsc } = dependencies
  const { '@kafkajs/confluent-schema-registry': registry } = devDependencies
  return {
    Node: process.versions.node,
    Kafka: externalEndpoints(process.env) ? 'as given' : KAFKA_VERSION,
    ...{ kafkajs, avsc, '@kafkajs/confluent-schema-registry': registry },
    'parallel-consumer': PARALLEL_CONSUMER_VERSION,
    'franz-go': FRANZ_GO_VERSION,
  }
}

/** The environment of the run, then each case. */
export function resultsOf(
  reports: readonly CaseReport[],
  { machine, dataset, options }: { machine: Machine; dataset: Dataset; options: Options },
): string {
  const { cpus, memoryGiB, system, versions, loadBefore } = machine
  const named = Object.entries(versions).map((pair) => pair.join(' '))
  const { records, meanValueBytes, partitions, entities, seed } = dataset
  const busy = options.isBusy ? ['', '**From a busy machine: others worked on it meanwhile.**'] : []
  return [
    `${new Date().toISOString().slice(0, 10)}: ${cpus}, ${memoryGiB} GiB, ${system}, Kafka and registry on the same machine,`,
    `load before it began ${loadBefore.toFixed(1)}. ${named.join(', ')}.`,
    `${records.toLocaleString('en')} events of ${meanValueBytes.toFixed(0)} bytes on average, ${partitions} partitions,`,
    `${entities.toLocaleString('en')} entities, seed ${seed}; ${options.rounds} rounds, 3 at most of the longest cases: medians, with the least and the most.`,
    ...busy,
    '',
    summary(reports),
    ...reports.flatMap((report) => ['', markdown(report)]),
  ].join('\n')
}

export async function writePage(results: string): Promise<void> {
  const page = await readFile(PAGE, 'utf8')
  if (!BETWEEN.test(page)) {
    throw new Error('docs/performance.md: expected <!-- results --> and <!-- /results -->')
  }
  const text = page.replace(BETWEEN, () => `<!-- results -->\n${results}\n<!-- /results -->`)
  await writeFile(PAGE, text)
}
