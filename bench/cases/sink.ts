import pg from 'pg'
import type { Bench, BenchCase } from '../lib/bench.ts'
import { compare, ratio } from '../lib/compare.ts'
import { service } from '../lib/contenders.ts'
import { publishDataset } from '../lib/dataset.ts'
import { SINK_TABLE } from '../lib/sinks.ts'
import { OWN_SERVER, withPostgres } from '../lib/with-postgres.ts'

/** Fewer, because one by one each event is a transaction. */
const RECORDS_MOST = 10_000
const TOPIC = 'bench.sink'

export const sink: BenchCase = {
  name: 'sink',
  title: 'one plugin writes all to Postgres by `context.sql`, in batches and one by one',
  inQuick: false,
  run: (bench) =>
    withPostgres(async (url) => {
      await createTable(url)
      return measure(bench, url)
    }),
}

async function createTable(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  await client.query(SINK_TABLE)
  await client.end()
}

async function measure(bench: Bench, store: string) {
  const records = Math.min(bench.dataset.records, RECORDS_MOST)
  const options = { ...bench.dataset, records, topic: TOPIC }
  const dataset = await publishDataset(bench.kafka, bench.registryUrl, options)
  const own = { ...bench, dataset, rounds: Math.min(bench.rounds, 3) }
  const wanted = { wants: 'all', plugins: 1, store } as const
  const rows = await compare(own, [
    service(own, 'sink-one', { ...wanted, sink: 'one' }),
    service(own, 'sink-batch', { ...wanted, sink: 'batch' }),
  ])
  return {
    rows,
    findings: [
      ratio(rows, 'perSecond', ['sink-batch', 'sink-one']),
      ratio(rows, 'cpuMicros', ['sink-batch', 'sink-one']),
    ],
    notes: [OWN_SERVER],
  }
}
