import type { BenchCase } from '../lib/bench.ts'
import { compare, rowNamed } from '../lib/compare.ts'
import { service } from '../lib/contenders.ts'

const NUMBERS = [1, 10, 100]
const FILTERS = { wants: 'none', function: 'none-by-function' } as const

export const plugins: BenchCase = {
  name: 'plugins',
  title: '1, 10 and 100 plugins, none wants the event',
  inQuick: false,
  async run(bench) {
    const rows = await compare(
      bench,
      NUMBERS.flatMap((plugins) =>
        Object.entries(FILTERS).map(([filter, wants]) =>
          service(bench, nameOf(plugins, filter), { wants, plugins }),
        ),
      ),
    )
    const findings = Object.keys(FILTERS).map((filter) => {
      const micros = (count: number) => rowNamed(rows, nameOf(count, filter)).cpuMicros.median
      const value = ((micros(100) - micros(1)) / 99) * 1_000
      const what = `CPU of one more plugin for an unwanted event, filter by ${filter}`
      return { what, value, unit: 'ns', atMost: 15 } as const
    })
    return { rows, findings }
  },
}

function nameOf(count: number, filter: string): string {
  return `${count === 1 ? '1 plugin' : `${count} plugins`}, ${filter}`
}
