import { spawn } from 'node:child_process'

/**
 * Starts a program in a process group of its own, as a terminal does. What is printed is awaited from
 * where the last wait ended.
 */
export function startProgram(
  command: string,
  args: readonly string[],
  { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv },
) {
  const child = spawn(command, args, {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let seen = 0
  let ending: string | undefined
  let onOutput = () => {}
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      output += text
      onOutput()
    })
  }
  const ended = new Promise<void>((resolve) => {
    child.on('close', (code, signal) => {
      ending = `ended with ${code ?? signal}`
      onOutput()
      resolve()
    })
  })

  return {
    /** Resolves when it has ended, and all processes that write to its output. */
    ended,
    output: () => output,
    /** Resolves when the text is printed; rejects if the program ends before. */
    async printed(text: string): Promise<void> {
      for (;;) {
        const at = output.indexOf(text, seen)
        if (at >= 0) {
          seen = at + text.length
          return
        }
        if (ending !== undefined) throw new Error(`${ending} without ${text}:\n${output}`)
        await new Promise<void>((resolve) => {
          onOutput = resolve
        })
      }
    },
    /** To the whole group, as Ctrl-C does. */
    signal: (signal: NodeJS.Signals) => process.kill(-child.pid!, signal),
  }
}
