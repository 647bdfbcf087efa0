import { spawn } from 'node:child_process'

export interface CommandOptions {
  cwd?: string
  env?: NodeJS.ProcessEnv
  timeoutMs?: number
}

const TIMEOUT_MS = 600_000
const OUTPUT_MAX = 8_000_000

/** Thrown when a check fails; the message is what it found. */
export class Failure extends Error {}

/** Thrown when a check can't run on this machine; the message is why. */
export class Skip extends Error {}

/** Runs a program to its end and returns its output. Throws a Failure with the output unless it exits with 0. */
export async function run(
  command: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const { code, output } = await outcomeOf(command, options)
  if (code === 0) return output
  const shown = command.map((word) => (word.length > 120 ? `${word.slice(0, 120)}...` : word))
  throw new Failure(`${shown.join(' ')}: exit ${code}\n${tailOf(output)}`)
}

/** The same for a program that may fail: returns the exit code too. */
export function outcomeOf(
  [file, ...args]: readonly string[],
  { cwd, env, timeoutMs = TIMEOUT_MS }: CommandOptions = {},
): Promise<{ code: number | string; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(file!, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
    })
    let output = ''
    const keep = (chunk: Buffer) => {
      output = `${output}${chunk}`.slice(-OUTPUT_MAX)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', (cause) => reject(new Failure(`cannot run ${file}: ${cause.message}`)))
    child.on('close', (code, signal) => resolve({ code: code ?? signal ?? 'unknown', output }))
  })
}

export async function isOnPath(program: string): Promise<boolean> {
  const { code } = await outcomeOf(['sh', '-c', `command -v ${program}`])
  return code === 0
}

function tailOf(output: string): string {
  return output.trimEnd().split('\n').slice(-30).join('\n')
}
