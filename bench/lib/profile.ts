import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { placeOf } from './allocations.ts'

interface CpuProfile {
  nodes: {
    id: number
    callFrame: { functionName: string; url: string; lineNumber: number }
  }[]
  samples: number[]
  timeDeltas: number[]
}

const TOP = 25

/** Prints the functions with the most self time in the profiles of a folder, as shares of all busy time. */
export async function printProfiles(folder: string, print: (text: string) => void): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  if (names.length === 0) return
  const micros = new Map<string, number>()
  for (const name of names) {
    add(JSON.parse(await readFile(join(folder, name), 'utf8')) as CpuProfile, micros)
  }
  for (const idle of ['(idle)', '(program)', '(root)']) micros.delete(idle)
  const busy = [...micros.values()].reduce((sum, value) => sum + value, 0)
  const top = [...micros].sort(([, one], [, other]) => other - one).slice(0, TOP)
  const lines = top.map(
    ([what, value]) => `${((value / busy) * 100).toFixed(1).padStart(5)} %  ${what}`,
  )
  print(`${lines.join('\n')}\n\n`)
}

function add({ nodes, samples, timeDeltas }: CpuProfile, micros: Map<string, number>): void {
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const place = placeOf(url)
      return [id, `${functionName || '(anonymous)'}${place && ` ${place}:${lineNumber + 1}`}`]
    }),
  )
  for (const [at, id] of samples.entries()) {
    const name = names.get(id) ?? '?'
    micros.set(name, (micros.get(name) ?? 0) + (timeDeltas[at] ?? 0))
  }
}
