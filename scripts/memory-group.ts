import { existsSync } from 'node:fs'
import { mkdir, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../src/util/errors.ts'

/** Programs in it have a memory limit, as in a container. */
export interface MemoryGroup {
  limit(mib: number): Promise<void>
  /** The command that runs this one in the group. */
  command(of: readonly string[]): string[]
  /** When all of its programs have ended. */
  close(): Promise<void>
}

const MIB = 1024 * 1024
/** Where cgroups of version 2 and of version 1 are, by a file that is there, and how each limits memory. */
const CGROUPS = [
  { at: '/sys/fs/cgroup', has: 'cgroup.controllers', limitFile: 'memory.max' },
  { at: '/sys/fs/cgroup/memory', has: 'cgroup.procs', limitFile: 'memory.limit_in_bytes' },
]

/** Makes a group with that name, or says why none can be made here. */
export async function openMemoryGroup(name: string): Promise<MemoryGroup | { missing: string }> {
  const version = CGROUPS.find(({ at, has }) => existsSync(join(at, has)))
  if (version === undefined) return { missing: 'there are no memory cgroups here' }
  const folder = join(version.at, name)
  try {
    await mkdir(folder)
  } catch (error) {
    return { missing: `no memory cgroup can be made: ${messageOf(error)}` }
  }
  const limitFile = join(folder, version.limitFile)
  if (!existsSync(limitFile)) {
    await rmdir(folder)
    return { missing: `${folder}: memory is not limited in cgroups here` }
  }
  const enter = `echo $$ > ${join(folder, 'cgroup.procs')}; exec "$0" "$@"`
  return {
    limit: (mib) => writeFile(limitFile, String(mib * MIB)),
    command: (of) => ['sh', '-c', enter, ...of],
    close: () => rmdir(folder),
  }
}
