import type { Bench, BenchCase } from '../lib/bench.ts'
import { compare, median, ratio } from '../lib/compare.ts'
import { plain, service } from '../lib/contenders.ts'
import { publishDataset } from '../lib/dataset.ts'

const QUICK_RECORDS_MOST = 30_000

export const wantedMemory: BenchCase = {
  name: 'wanted-memory',
  title: 'one plugin wants all, its handler does nothing, store `memory:`',
  inQuick: false,
  run: (bench) => wanted(bench, 'memory:', 1.2),
}

export const wantedKafka: BenchCase = {
  name: 'wanted-kafka',
  title: 'one plugin wants all, its handler does nothing, store `kafka:`',
  inQuick: true,
  run: (bench) => wanted(bench, 'kafka:', 1),
}

async function wanted(all: Bench, store: string, atLeast: number) {
  const bench = all.isQuick ? await withFewer(all) : all
  const rows = await compare(bench, [
    plain(bench, 'plain + avsc', { work: 'decode' }),
    service(bench, 'service', { wants: 'all', plugins: 1, store }),
  ])
  return {
    rows,
    findings: [
      ratio(rows, 'perSecond', ['service', 'plain + avsc'], { atLeast }),
      ratio(rows, 'cpuMicros', ['service', 'plain + avsc'], { quickAtMost: 8 }),
      median(rows, 'cpuMicros', 'service', { atMost: 10 }),
    ],
  }
}

/** Fewer, because handling takes far longer than skipping. */
async function withFewer(bench: Bench): Promise<Bench> {
  const records = Math.min(bench.dataset.records, QUICK_RECORDS_MOST)
  const options = { ...bench.dataset, records, topic: 'bench.wanted' }
  return { ...bench, dataset: await publishDataset(bench.kafka, bench.registryUrl, options) }
}
