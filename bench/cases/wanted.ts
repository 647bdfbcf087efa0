import type { Bench, BenchCase } from '../lib/bench.ts'
import { compare, ratio } from '../lib/compare.ts'
import { plain, service } from '../lib/contenders.ts'

export const wantedMemory: BenchCase = {
  name: 'wanted-memory',
  title: 'one plugin wants all, its handler does nothing, store `memory:`',
  inQuick: false,
  run: (bench) => wanted(bench, 'memory:', 0.7),
}

export const wantedKafka: BenchCase = {
  name: 'wanted-kafka',
  title: 'one plugin wants all, its handler does nothing, store `kafka:`',
  inQuick: true,
  run: (bench) => wanted(bench, 'kafka:', 0.4),
}

async function wanted(bench: Bench, store: string, atLeast: number) {
  const rows = await compare(bench, [
    plain(bench, 'plain + avsc', { work: 'decode' }),
    service(bench, 'service', { wants: 'all', plugins: 1, store }),
  ])
  return {
    rows,
    findings: [
      ratio(rows, 'perSecond', ['service', 'plain + avsc'], { atLeast, unsteady: true }),
      ratio(rows, 'cpuMicros', ['service', 'plain + avsc']),
    ],
  }
}
