import type { Bench, BenchCase } from '../lib/bench.ts'
import { compare, median, ratio } from '../lib/compare.ts'
import { plain, service } from '../lib/contenders.ts'
import { publishDataset } from '../lib/dataset.ts'
import { OWN_SERVER, withPostgres } from '../lib/with-postgres.ts'

/** Fewer, because each delivery takes two writes. */
const RECORDS_MOST = 100_000
const TOPIC = 'bench.postgres'

export const wantedPostgres: BenchCase = {
  name: 'wanted-postgres',
  title: 'one plugin wants all, its handler does nothing, store `postgres:`',
  inQuick: false,
  run: (bench) => withPostgres((url) => measure(bench, url)),
}

async function measure(bench: Bench, store: string) {
  const records = Math.min(bench.dataset.records, RECORDS_MOST)
  const options = { ...bench.dataset, records, topic: TOPIC }
  const dataset = await publishDataset(bench.kafka, bench.registryUrl, options)
  const own = { ...bench, dataset }
  const rows = await compare({ ...own, rounds: Math.min(own.rounds, 3) }, [
    plain(own, 'plain + avsc', { work: 'decode' }),
    service(own, 'service', { wants: 'all', plugins: 1, store }),
  ])
  return {
    rows,
    findings: [
      ratio(rows, 'perSecond', ['service', 'plain + avsc']),
      ratio(rows, 'cpuMicros', ['service', 'plain + avsc']),
      median(rows, 'perSecond', 'service', { atLeast: 20_000 }),
    ],
    notes: [OWN_SERVER],
  }
}
