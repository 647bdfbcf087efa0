import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface ChildOptions {
  /** A file of `bench/contenders`, without its extension. */
  contender: string
  job: object
  /** What runs instead of the command, such as the same with limits. */
  commandOf?: ((command: readonly string[]) => readonly string[]) | undefined
}

const LIMIT_MS = 900_000
const TAIL = 2_000

/** Runs a contender as a child process, and returns the JSON of its last line. */
export function runChild<T>({ contender, job, commandOf = asIs }: ChildOptions): Promise<T> {
  const file = fileURLToPath(new URL(`../contenders/${contender}.ts`, import.meta.url))
  const [command = '', ...args] = commandOf([process.execPath, file, JSON.stringify(job)])
  return runProgram<T>(command, args)
}

function asIs(command: readonly string[]): readonly string[] {
  return command
}

/** Runs any program whose last line of output is JSON. */
export async function runProgram<T>(command: string, args: readonly string[]): Promise<T> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT_MS })
  const kill = () => void child.kill('SIGKILL')
  process.once('exit', kill)
  const output = { out: '', err: '' }
  child.stdout.on('data', (text) => {
    output.out += text
  })
  child.stderr.on('data', (text) => {
    output.err = (output.err + text).slice(-TAIL)
  })
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (exit, signal) => resolve(exit ?? signal))
  })
  process.off('exit', kill)
  const last = output.out.trimEnd().split('\n').at(-1) ?? ''
  if (code !== 0 || !last.startsWith('{')) {
    const said = `${output.out.slice(-TAIL)}${output.err}`
    throw new Error(`${command} ${args.join(' ')} ended (${code}):\n${said}`)
  }
  return JSON.parse(last)
}

/** In a contender: returns its job. */
export function jobOf<Job>(): Job {
  return JSON.parse(process.argv.at(-1) ?? '{}')
}

/** In a contender: prints the result and ends the process. */
export function tell(result: object): never {
  process.stdout.write(`${JSON.stringify(result)}\n`)
  process.exit(0)
}
