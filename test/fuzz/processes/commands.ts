// Runs commands of the command line in one process, which is many times faster than one for each.
import { createProgram } from '../../../src/cli/program.ts'
import { reportError } from '../../../src/cli/shared/report-error.ts'
import type { CommandResult, RunCommand } from './protocol.ts'

/** Thrown in place of the end of the process. */
class Exit extends Error {
  readonly code: number

  constructor(code: number) {
    super(`exit ${code}`)
    this.code = code
  }
}

process.once('disconnect', () => reallyExit(1))

const reallyExit = process.exit.bind(process)
const output = { stdout: '', stderr: '' }

for (const name of ['stdout', 'stderr'] as const) {
  process[name].write = (text: string | Uint8Array, ...rest: unknown[]) => {
    output[name] += typeof text === 'string' ? text : Buffer.from(text).toString()
    const done = rest.find((each) => typeof each === 'function') as (() => void) | undefined
    done?.()
    return true
  }
}

process.exit = (code) => {
  throw new Exit(Number(code ?? process.exitCode ?? 0))
}

process.on('message', async ({ id, args }: RunCommand) => {
  output.stdout = ''
  output.stderr = ''
  const code = await run(args)
  const result: CommandResult = { id, code, ...output }
  process.send?.(result)
})

async function run(args: string[]): Promise<number> {
  process.exitCode = 0
  try {
    await createProgram().parseAsync(['node', 'inventory-events', ...args])
    return Number(process.exitCode)
  } catch (error) {
    if (error instanceof Exit) return error.code
    await reportError(error, process.env)
    return 1
  } finally {
    process.exitCode = 0
  }
}

process.send?.('ready')
