import { writeFile } from 'node:fs/promises'
import { Session } from 'node:inspector/promises'
import { placeOf } from './allocations.ts'

interface CpuProfile {
  nodes: {
    id: number
    callFrame: { functionName: string; url: string; lineNumber: number }
  }[]
  samples: number[]
  timeDeltas: number[]
}

const INTERVAL_MICROS = 500

/** Profiles this thread until the returned function is called, which writes the profile for Chrome. */
export async function profileCpu(file: string): Promise<() => Promise<void>> {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: INTERVAL_MICROS })
  await session.post('Profiler.start')
  return async () => {
    const { profile } = await session.post('Profiler.stop')
    session.disconnect()
    await writeFile(file, JSON.stringify(profile))
  }
}

/** The functions with the most self time, as lines with their share of the busy time. */
export function topOf({ nodes, samples, timeDeltas }: CpuProfile, count: number): string[] {
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const place = placeOf(url)
      return [id, `${functionName || '(anonymous)'}${place && ` ${place}:${lineNumber + 1}`}`]
    }),
  )
  const micros = new Map<string, number>()
  for (const [at, id] of samples.entries()) {
    const name = names.get(id) ?? '?'
    micros.set(name, (micros.get(name) ?? 0) + (timeDeltas[at] ?? 0))
  }
  for (const idle of ['(idle)', '(program)', '(root)']) micros.delete(idle)
  const busy = [...micros.values()].reduce((sum, value) => sum + value, 0)
  const top = [...micros].sort(([, one], [, other]) => other - one).slice(0, count)
  return top.map(([what, value]) => `${((value / busy) * 100).toFixed(1).padStart(5)} %  ${what}`)
}
