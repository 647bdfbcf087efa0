import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { topOf } from './cpu-profile.ts'

const TOP = 25

/** Prints the functions with the most self time for each profile in the folder. */
export async function printProfiles(folder: string, print: (text: string) => void): Promise<void> {
  for (const name of (await readdir(folder)).sort()) {
    const profile = JSON.parse(await readFile(join(folder, name), 'utf8'))
    print(`${name}: self time\n${topOf(profile, TOP).join('\n')}\n\n`)
  }
}
