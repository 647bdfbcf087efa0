import { join } from 'node:path'
import { parse } from 'yaml'
import { type MemoryGroup, openMemoryGroup } from '../memory-group.ts'
import type { Scene } from './check.ts'
import { Failure, outcomeOf, run, Skip } from './command.ts'

const LIMITS_MIB = [256, 512]
const MIB = 1024 * 1024
/** Holds as many bytes as the service may hold of records, and leaks objects beside them. */
const LEAK = `
const records = Buffer.alloc(64 * ${MIB}, 1)
const kept = []
for (;;) kept.push({ at: kept.length, of: records.length })
`
const SIGABRT = 134

/** Requires that a leak under the chart's options ends with V8's own error, not by the kernel's hand. */
export async function checkMemoryLimits(scene: Scene): Promise<string> {
  const options = await chartNodeOptions(scene)
  const group = await openMemoryGroup(`check-deploy-${process.pid}`)
  if ('missing' in group) throw new Skip(group.missing)
  try {
    for (const mib of LIMITS_MIB) {
      await group.limit(mib)
      await requireOutOfMemory(group, options, mib)
    }
    return `${options} under ${LIMITS_MIB.join(' and ')} MiB`
  } finally {
    await group.close()
  }
}

/** NODE_OPTIONS as the chart has them. */
export async function chartNodeOptions({ root, tools: { helm } }: Scene): Promise<string> {
  const chart = join(root, 'helm')
  const values = join(chart, 'ci', 'default-values.yaml')
  const only = ['--show-only', 'templates/deployment.yaml']
  const { spec } = parse(await run([helm, 'template', 'check', chart, '-f', values, ...only]))
  const env: { name: string; value: string }[] = spec.template.spec.containers[0].env ?? []
  return env.find(({ name }) => name === 'NODE_OPTIONS')?.value ?? ''
}

async function requireOutOfMemory(group: MemoryGroup, options: string, mib: number): Promise<void> {
  const shell = ['sh', '-c', '"$0" "$@"; echo "exit $?"']
  const command = [...shell, ...group.command([process.execPath, '-e', LEAK])]
  const { output } = await outcomeOf(command, { env: { NODE_OPTIONS: options } })
  const ended = /exit (\d+)/.exec(output)?.[1]
  if (Number(ended) !== SIGABRT || !output.includes('heap out of memory'))
    throw new Failure(`${mib} MiB: expected exit ${SIGABRT} of V8, got exit ${ended}\n${output}`)
}
