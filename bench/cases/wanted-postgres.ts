import { messageOf } from '../../src/util/errors.ts'
import { type PostgresServer, startPostgres } from '../../test/support/postgres-server.ts'
import type { Bench, BenchCase } from '../lib/bench.ts'
import { compare, ratio } from '../lib/compare.ts'
import { plain, service } from '../lib/contenders.ts'
import { publishDataset } from '../lib/dataset.ts'

/** Fewer, because each delivery takes two writes. */
const RECORDS_MOST = 20_000
const TOPIC = 'bench.postgres'

export const wantedPostgres: BenchCase = {
  name: 'wanted-postgres',
  title: 'one plugin wants all, its handler does nothing, store `postgres:`',
  inQuick: false,
  async run(bench) {
    const server = await start()
    if ('missing' in server) {
      return { rows: [], findings: [], notes: [`skipped: postgres: ${server.missing}`] }
    }
    try {
      return await measure(bench, server.url)
    } finally {
      await server.remove()
    }
  },
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
    ],
    notes: ['a server of its own on the same machine, with its defaults: each commit is synced'],
  }
}

async function start(): Promise<PostgresServer | { missing: string }> {
  try {
    return await startPostgres([])
  } catch (error) {
    return { missing: messageOf(error).split('\n')[0] ?? 'unknown' }
  }
}
