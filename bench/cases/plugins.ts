import type { BenchCase } from '../lib/bench.ts'
import { compare, rowNamed } from '../lib/compare.ts'
import { service } from '../lib/contenders.ts'

const NUMBERS = [1, 10, 100]

export const plugins: BenchCase = {
  name: 'plugins',
  title: '1, 10 and 100 plugins, none wants the event',
  inQuick: false,
  async run(bench) {
    const rows = await compare(
      bench,
      NUMBERS.map((count) => service(bench, nameOf(count), { wants: 'none', plugins: count })),
    )
    const micros = (count: number) => rowNamed(rows, nameOf(count)).cpuMicros.median
    const value = ((micros(100) - micros(1)) / 99) * 1_000
    const what = 'CPU of one more plugin for an unwanted event'
    return { rows, findings: [{ what, value, unit: 'ns', atMost: 15 }] }
  },
}

function nameOf(count: number): string {
  return count === 1 ? '1 plugin' : `${count} plugins`
}
