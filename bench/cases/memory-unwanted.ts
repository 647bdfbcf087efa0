import { openMemoryGroup } from '../../scripts/memory-group.ts'
import type { Bench, BenchCase } from '../lib/bench.ts'
import { compare } from '../lib/compare.ts'
import { runService } from '../lib/contenders.ts'
import type { Sample } from '../lib/meter.ts'

const LIMIT_MIB = 512
/** As the chart has it. */
const HEAP = '--max-old-space-size-percentage=50'

export const memoryUnwanted: BenchCase = {
  name: 'memory-unwanted',
  title: `peak memory with a limit of ${LIMIT_MIB} MiB, 10 plugins, none wants the event`,
  inQuick: false,
  async run(bench) {
    const group = await openMemoryGroup(`inventory-events-bench-${process.pid}`)
    if ('missing' in group) {
      return { rows: [], findings: [], notes: [`skipped: service: ${group.missing}`] }
    }
    try {
      await group.limit(LIMIT_MIB)
      const run = () => runLimited(bench, group.command)
      const rows = await compare({ ...bench, rounds: 1 }, [{ name: 'service', run }])
      const value = rows[0]?.peakMiB.median ?? Number.NaN
      return { rows, findings: [{ what: 'peak memory', value, unit: 'MiB', atMost: 200 }] }
    } finally {
      await group.close()
    }
  },
}

function runLimited(
  bench: Bench,
  limited: (command: readonly string[]) => string[],
): Promise<Sample> {
  return runService<Sample>(bench, { wants: 'none', plugins: 10 }, ([node = '', ...args]) =>
    limited([node, HEAP, ...args]),
  )
}
