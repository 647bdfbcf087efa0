import { endpoints } from './stack.ts'
import { startCli } from './start-cli.ts'

export interface CliRun {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs `inventory-events` to its end on the stack of the tests, as a shell would. */
export async function runCli(
  args: string[],
  { input = '', env = {} }: { input?: string | Buffer; env?: Record<string, string> } = {},
): Promise<CliRun> {
  const { brokers, registryUrl } = endpoints()
  const settings = { KAFKA_BROKERS: brokers, SCHEMA_REGISTRY_URL: registryUrl, ...env }
  const { child, output, ended } = startCli(args, settings)
  // The command may end without reading all of its input.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const code = await ended
  return { code, stdout: output.out, stderr: output.err }
}
