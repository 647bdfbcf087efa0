import type { Allocator } from '../lib/allocations.ts'
import type { BenchCase } from '../lib/bench.ts'
import { runService } from '../lib/contenders.ts'

const TOP = 6

export const allocation: BenchCase = {
  name: 'allocation',
  title: 'who allocates while unwanted records pass, 10 plugins',
  inQuick: false,
  async run(bench) {
    const { recordsInAll } = bench.dataset
    const options = { wants: 'none', plugins: 10, allocation: true } as const
    const { allocations } = await runService<{ allocations: Allocator[] }>(bench, options)
    const by = (owner: Allocator['owner']) => allocations.filter((each) => each.owner === owner)
    const bytes = (owner: Allocator['owner']) =>
      by(owner).reduce((sum, each) => sum + each.bytes, 0)
    const perRecord = (sum: number) => sum / recordsInAll
    return {
      rows: [],
      findings: [
        {
          what: 'allocated by kafkajs',
          value: perRecord(bytes('kafkajs')),
          unit: 'bytes a record',
        },
        {
          what: 'allocated by us',
          value: perRecord(bytes('ours')),
          unit: 'bytes a record',
          atMost: 50,
        },
      ],
      notes: [...by('kafkajs').slice(0, TOP), ...by('ours').slice(0, TOP)].map((each) => {
        const { owner, what, bytes } = each
        return `${owner}: \`${what}\`, ${perRecord(bytes).toFixed(1)} bytes a record`
      }),
    }
  },
}
