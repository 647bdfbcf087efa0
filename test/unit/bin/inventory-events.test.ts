import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { shellEnvironment } from '../../support/clone.ts'

const BIN = fileURLToPath(new URL('../../../bin/inventory-events.js', import.meta.url))

/** On a Node that can't run TypeScript, the command starts the program as a child process. */
it('leaves no process running when it is killed', async () => {
  const plugin = await pluginFile(`
    console.log(process.pid)
    setInterval(() => undefined, 1_000)
    await new Promise(() => undefined)
  `)
  const command = spawn('node', [BIN, 'plugins', 'check', plugin], { env: shellEnvironment() })
  const closed = once(command.stdout, 'close')
  const [said] = await once(command.stdout, 'data')
  const pid = Number(said)
  onTestFinished(() => killIfAlive(pid))
  command.kill('SIGKILL')
  // It closes when the last process that could write to it has ended.
  await expect(closed).resolves.toBeDefined()
})

async function pluginFile(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'inventory-events-bin-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'plugin.mjs')
  await writeFile(file, text)
  return file
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // The process has ended, as expected.
  }
}
