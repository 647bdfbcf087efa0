import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface ChildOptions {
  /** The file beside this one. */
  script: 'service.ts' | 'commands.ts'
  folder: string
  env: NodeJS.ProcessEnv
  /** In MB. */
  heapMb: number
  /** The name of the mutant; undefined: nothing is changed. */
  mutant: string | undefined
}

export interface Child {
  process: ChildProcess
  /** How it ended; undefined while it runs. */
  ended(): string | undefined
  kill(): Promise<void>
}

const REPLACE = fileURLToPath(new URL('../mutation/replace.ts', import.meta.url))

/** Starts a process under test, which ends with this one. Its output goes to a file of its name. */
export function startChild({ script, folder, env, heapMb, mutant }: ChildOptions): Child {
  const log = openSync(join(folder, script.replace('.ts', '.log')), 'a')
  const hook = mutant === undefined ? [] : [`--import=${REPLACE}`]
  const args = [`--max-old-space-size=${heapMb}`, ...hook]
  const child = spawn(
    process.execPath,
    [...args, fileURLToPath(new URL(script, import.meta.url))],
    {
      env: { ...process.env, ...env, ...(mutant !== undefined && { MUTANT: mutant }) },
      stdio: ['ignore', log, log, 'ipc'],
    },
  )
  closeSync(log)
  let end: string | undefined
  const exited = new Promise<void>((resolve) => {
    child.on('error', (error) => {
      end ??= error.message
      resolve()
    })
    child.on('exit', (code, signal) => {
      end ??= signal === null ? `exit ${code}` : `ended by ${signal}`
      resolve()
    })
  })
  return {
    process: child,
    ended: () => end,
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
