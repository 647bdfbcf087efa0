import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { endpoints } from './stack.ts'

const BIN = fileURLToPath(new URL('../../bin/inventory-events.js', import.meta.url))

export interface CliRun {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs `inventory-events` against the stack of the tests, as a shell would. */
export function runCli(
  args: string[],
  { input = '', env = {} }: { input?: string | Buffer; env?: Record<string, string> } = {},
): Promise<CliRun> {
  const { brokers, registryUrl } = endpoints()
  const child = spawn(process.execPath, [BIN, ...args], {
    env: { ...process.env, KAFKA_BROKERS: brokers, SCHEMA_REGISTRY_URL: registryUrl, ...env },
  })
  const run: CliRun = { code: null, stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => {
    run.stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    run.stderr += chunk
  })
  // The command may end without reading all of its input.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ ...run, code }))
  })
}
