import { messageOf } from '../src/util/errors.ts'

/** Runs a script's main function and exits with its code; prints errors and exits with 1. */
export async function runMain(main: () => Promise<number>): Promise<never> {
  const code = await main().catch((error) => {
    process.stderr.write(`error: ${messageOf(error)}\n`)
    return 1
  })
  process.exit(code)
}

/** Prints the text and returns exit code 0. */
export function print(text: string): number {
  process.stdout.write(text)
  return 0
}
