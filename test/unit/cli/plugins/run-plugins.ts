import { Command } from 'commander'
import { vi } from 'vitest'
import { registerPlugins } from '../../../../src/cli/plugins/command.ts'

/** Runs `plugins` with these arguments in this process. The caller restores the mocks. */
export async function runPlugins(...args: string[]) {
  const out = captured(process.stdout)
  const err = captured(process.stderr)
  const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never)
  const program = new Command()
  registerPlugins(program)
  await program.parseAsync(['plugins', ...args], { from: 'user' })
  return { out: out.join(''), err: err.join(''), exitCode: exit.mock.calls[0]?.[0] }
}

function captured(stream: NodeJS.WriteStream): string[] {
  const parts: string[] = []
  vi.spyOn(stream, 'write').mockImplementation((text) => parts.push(String(text)) > 0)
  return parts
}
