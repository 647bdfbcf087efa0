import { createProgram } from './program.ts'
import { ignoreClosedPipes } from './shared/output.ts'
import { reportError } from './shared/report-error.ts'

ignoreClosedPipes()
await run(process.argv)

async function run(argv: string[]): Promise<void> {
  try {
    await createProgram().parseAsync(argv)
  } catch (error) {
    await reportError(error, process.env)
    // Open connections would keep the process alive.
    process.exit(1)
  }
}
