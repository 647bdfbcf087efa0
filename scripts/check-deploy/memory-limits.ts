import { existsSync } from 'node:fs'
import { mkdir, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { Scene } from './check.ts'
import { Failure, outcomeOf, run, Skip } from './command.ts'

const LIMITS_MIB = [256, 512]
const MIB = 1024 * 1024
/** Where cgroups of version 2 and of version 1 are, by a file that is there, and how each limits memory. */
const CGROUPS = [
  { at: '/sys/fs/cgroup', has: 'cgroup.controllers', limitFile: 'memory.max' },
  { at: '/sys/fs/cgroup/memory', has: 'cgroup.procs', limitFile: 'memory.limit_in_bytes' },
]
/** Holds as many bytes as the service may hold of records, and leaks objects beside them. */
const LEAK = `
const records = Buffer.alloc(64 * ${MIB}, 1)
const kept = []
for (;;) kept.push({ at: kept.length, of: records.length })
`
const SIGABRT = 134

interface Group {
  folder: string
  limitFile: string
}

/** Requires that a leak under the chart's options ends with V8's own error, not by the kernel's hand. */
export async function checkMemoryLimits({ root, tools }: Scene): Promise<string> {
  const options = await nodeOptions(root, tools.helm)
  const group = await openGroup()
  try {
    for (const mib of LIMITS_MIB) {
      await writeFile(join(group.folder, group.limitFile), String(mib * MIB))
      await requireOutOfMemory(group, options, mib)
    }
    return `${options} under ${LIMITS_MIB.join(' and ')} MiB`
  } finally {
    await rmdir(group.folder)
  }
}

async function nodeOptions(root: string, helm: string): Promise<string> {
  const chart = join(root, 'helm')
  const values = join(chart, 'ci', 'default-values.yaml')
  const only = ['--show-only', 'templates/deployment.yaml']
  const { spec } = parse(await run([helm, 'template', 'check', chart, '-f', values, ...only]))
  const env: { name: string; value: string }[] = spec.template.spec.containers[0].env ?? []
  return env.find(({ name }) => name === 'NODE_OPTIONS')?.value ?? ''
}

async function openGroup(): Promise<Group> {
  const version = CGROUPS.find(({ at, has }) => existsSync(join(at, has)))
  if (version === undefined) throw new Skip('there are no memory cgroups here')
  const folder = join(version.at, `check-deploy-${process.pid}`)
  try {
    await mkdir(folder)
  } catch (error) {
    throw new Skip(`no memory cgroup can be made: ${(error as Error).message}`)
  }
  if (existsSync(join(folder, version.limitFile))) return { folder, limitFile: version.limitFile }
  await rmdir(folder)
  throw new Skip(`${folder}: memory is not limited in cgroups here`)
}

async function requireOutOfMemory({ folder }: Group, options: string, mib: number): Promise<void> {
  const script = `echo $$ > ${join(folder, 'cgroup.procs')}; "$0" -e "$1"; echo "exit $?"`
  const command = ['sh', '-c', script, process.execPath, LEAK]
  const { output } = await outcomeOf(command, { env: { NODE_OPTIONS: options } })
  const ended = /exit (\d+)/.exec(output)?.[1]
  if (Number(ended) !== SIGABRT || !output.includes('heap out of memory'))
    throw new Failure(`${mib} MiB: expected exit ${SIGABRT} of V8, got exit ${ended}\n${output}`)
}
