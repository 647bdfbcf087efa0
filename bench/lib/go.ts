import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { messageOf } from '../../src/util/errors.ts'
import { runProgram } from './child.ts'
import type { Sample } from './meter.ts'

/** Runs the program with these arguments. */
export type GoContender = (args: readonly string[]) => Promise<Sample>

const SOURCES = fileURLToPath(new URL('../go/', import.meta.url))
const PROGRAM = resolve('.inventory-events', 'go', 'bench-filtering-reader')

/** Builds the program in `bench/go`, or says why it can't run on this machine. */
export async function findGo(): Promise<GoContender | { missing: string }> {
  try {
    await promisify(execFile)('go', ['build', '-o', PROGRAM, '.'], { cwd: SOURCES })
    return (args) => runProgram<Sample>(PROGRAM, args)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return { missing: code === 'ENOENT' ? 'the command go is not installed' : saidBy(error) }
  }
}

/** The command's last words; the message of the error begins with the command instead. */
function saidBy(error: unknown): string {
  const { stderr = '' } = error as { stderr?: string }
  return (stderr || messageOf(error)).trim().split('\n').at(-1) ?? 'unknown'
}
