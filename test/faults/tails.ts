import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

const LINES = 25
/** Log lines with stacks can be very long. */
const LINE_CHARACTERS = 1_000

/** Prints the end of each log in the folders, to help analyse a failure. */
export async function printTails(
  folders: readonly string[],
  say: (message: string) => void,
): Promise<void> {
  for (const folder of folders) {
    const names = await readdir(folder).catch(() => [])
    for (const name of names.filter((each) => each.endsWith('.log')).sort()) {
      const lines = (await readFile(join(folder, name), 'utf8')).trimEnd().split('\n')
      const tail = lines.slice(-LINES).map((line) => line.slice(0, LINE_CHARACTERS))
      say(`  the end of ${name}:\n    ${tail.join('\n    ')}`)
    }
  }
}
