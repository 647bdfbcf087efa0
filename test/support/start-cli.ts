import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const BIN = fileURLToPath(new URL('../../bin/inventory-events.js', import.meta.url))

/** Starts `inventory-events` as a process of its own, and collects its output. */
export function startCli(
  args: readonly string[],
  settings: Record<string, string> = {},
  cwd?: string,
) {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd,
    env: { ...process.env, ...settings },
  })
  const output = { out: '', err: '' }
  child.stdout.on('data', (text) => {
    output.out += text
  })
  child.stderr.on('data', (text) => {
    output.err += text
  })
  const ended = new Promise<number | null>((end) => child.on('close', end))
  return { child, output, ended }
}
