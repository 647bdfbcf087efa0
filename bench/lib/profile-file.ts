import { join } from 'node:path'
import type { Bench } from './bench.ts'

/** The part of a contender's job that has it write a CPU profile, if profiles are wanted. */
export function profileAs(
  { profileFolder }: Pick<Bench, 'profileFolder'>,
  name: string,
): { profileFile?: string } {
  return profileFolder ? { profileFile: join(profileFolder, `${name}.cpuprofile`) } : {}
}
