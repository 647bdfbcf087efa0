import { CliProcess } from './shared-cli.ts'
import { endpoints } from './stack.ts'
import { startCli } from './start-cli.ts'

export interface CliRun {
  code: number | null
  stdout: string
  stderr: string
}

interface CliOptions {
  input?: string | Buffer
  env?: Record<string, string>
}

/** Processes that have nothing to do. */
const idle: CliProcess[] = []

/**
 * Runs `inventory-events` to its end on the stack of the tests. Commands share processes, because to start
 * one takes ten times the work of most commands.
 */
export async function runCli(args: string[], options: CliOptions = {}): Promise<CliRun> {
  const { input = '', env } = options
  const shared = takeIdle() ?? new CliProcess()
  const run = await shared.run({ args, input, env: { ...process.env, ...settingsOf(env) } })
  if (!shared.hasEnded) idle.push(shared)
  return run
}

/** The same in a process of its own, as a shell would: for services, and where the process is tested. */
export async function runAlone(args: string[], options: CliOptions = {}): Promise<CliRun> {
  const { child, output, ended } = startCli(args, settingsOf(options.env))
  // The command may end without reading all of its input.
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input)
  const code = await ended
  return { code, stdout: output.out, stderr: output.err }
}

function takeIdle(): CliProcess | undefined {
  const taken = idle.pop()
  return taken?.hasEnded ? takeIdle() : taken
}

function settingsOf(env: Record<string, string> = {}): Record<string, string> {
  const { brokers, registryUrl } = endpoints()
  return { KAFKA_BROKERS: brokers, SCHEMA_REGISTRY_URL: registryUrl, ...env }
}
