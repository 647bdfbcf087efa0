import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

export interface CommandOptions {
  cwd?: string
  env?: NodeJS.ProcessEnv
  timeoutMs: number
  signal?: AbortSignal | undefined
  /** Called for every line of stdout and stderr. */
  onLine?: (line: string) => void
}

export interface CommandResult {
  /** The exit code, or why there is none: not installed, ended after `timeoutMs`, or by a signal. */
  exit: number | 'missing' | 'timeout' | 'signal'
  /** stdout and stderr combined; only the last lines if it is very long. */
  output: string
}

const MAX_OUTPUT_LINES = 2000

/** Runs a command to its end. Never rejects: the result says how it ended. */
export function runCommand(
  command: string,
  args: string[],
  options: CommandOptions,
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const lines: string[] = []
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: options.signal,
      killSignal: 'SIGKILL',
    })
    let timedOut = false
    const timer = setTimeout(() => {
      timedOut = true
      child.kill('SIGKILL')
    }, options.timeoutMs)
    const end = (exit: CommandResult['exit']) => {
      clearTimeout(timer)
      resolve({ exit: timedOut ? 'timeout' : exit, output: lines.join('\n') })
    }
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line)
        if (lines.length > MAX_OUTPUT_LINES) lines.shift()
        options.onLine?.(line)
      })
    }
    child.on('error', (error: NodeJS.ErrnoException) =>
      end(error.name === 'AbortError' ? 'signal' : 'missing'),
    )
    child.on('close', (code) => end(code ?? 'signal'))
  })
}
