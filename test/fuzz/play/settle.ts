import { isDeepStrictEqual } from 'node:util'
import { waitUntil } from '../../../src/dev/stack/process/poll.ts'
import { countersIn } from '../judge/judge-metrics.ts'
import { type Play, problem } from './player.ts'

/** Waits until everything is read, and what does not wait for a paused plugin is done. */
export async function settle(play: Play): Promise<void> {
  const { expected, world, patienceMs, places, before } = play
  const paused = expected.switches.inState('paused')
  if (paused.length === 0) {
    const left = await places.reachEnds(patienceMs)
    if (left.length > 0) problem(play, 'the group does not come to the end of the log')
    return
  }
  const waiting: string[] = paused
  const wanted = expected.calls.filter(({ plugin }) => !waiting.includes(plugin))
  const isDone = async () => {
    const { records } = countersIn((await world.service.metrics()).samples)
    if (records - before.records < expected.records) return false
    const made = new Map<string, number>()
    for (const { plugin, id } of world.service.calls) {
      const key = `${plugin} ${id}`
      made.set(key, (made.get(key) ?? 0) + 1)
    }
    return wanted.every(({ plugin, id, attempts }) => made.get(`${plugin} ${id}`) === attempts)
  }
  if (await waitUntil(isDone, { timeoutMs: patienceMs, intervalMs: 15 })) return
  problem(play, `beside a pause of ${paused.join(', ')}, events of other plugins are not handled`)
}

interface Check {
  name: string
  ok: boolean
  why?: string
  note?: string
}

/** Waits until `/readyz` shows the switches as they are. */
export async function showsSwitches(play: Play): Promise<void> {
  const { switches } = play.expected
  let shown: Check[] = []
  const isShown = async () => {
    shown = (await readiness(play)).checks
    const note = (name: string) => shown.find((check) => check.name === name)?.note ?? ''
    const parts = note('plugins').split('; ')
    const listed = (state: string) => {
      const part = parts.find((each) => each.startsWith(`${state}: `)) ?? ''
      return /: ([^(]*) \(/.exec(part)?.[1]?.split(', ').sort() ?? []
    }
    return (
      note('events').startsWith('off') === !switches.isOn &&
      isDeepStrictEqual(listed('paused'), [...switches.inState('paused')].sort()) &&
      isDeepStrictEqual(listed('disabled'), [...switches.inState('disabled')].sort())
    )
  }
  if (await waitUntil(isShown, { timeoutMs: play.patienceMs, intervalMs: 15 })) return
  problem(play, `/readyz does not show the switches: ${JSON.stringify(shown)}`)
}

export async function readiness({ world }: Play): Promise<{ status: number; checks: Check[] }> {
  const response = await fetch(`${world.service.url}/readyz`)
  const { checks } = (await response.json()) as { checks: Check[] }
  return { status: response.status, checks }
}
