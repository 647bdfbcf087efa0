import { judge, type Verdict } from './judge/judge.ts'
import type { Problem } from './judge/problem.ts'
import { playSteps, startPlay } from './play/player.ts'
import type { Case } from './steps/step.ts'
import type { Site } from './world/site.ts'
import { createWorld, type World } from './world/world.ts'

export interface RunnerOptions {
  site: Site
  folder: string
  patienceMs: number
  mutant?: string | undefined
}

export interface Runner {
  /** Starts the service, if it does not run yet. */
  ready(): Promise<void>
  /** Plays a case and judges it; returns what is wrong. */
  run(steps: Case): Promise<Problem[]>
  end(): Promise<void>
}

/**
 * Plays cases one after the other against one service. After a case that did not come to its end, the
 * next one begins with a new service and topics.
 */
export function createRunner({ patienceMs, ...options }: RunnerOptions): Runner {
  let world: World | undefined
  let number = 0

  async function play(steps: Case, at: World): Promise<Verdict> {
    const started = await startPlay(at, number++, patienceMs)
    await at.letters.catchUp()
    const since = {
      calls: at.service.calls.length,
      letters: at.letters.all.length,
    }
    await playSteps(steps, started)
    return judge(started, since)
  }

  async function current(): Promise<World> {
    world ??= await createWorld(options)
    return world
  }

  return {
    ready: async () => void (await current()),
    async run(steps) {
      const at = await current()
      const { problems, isOver } = await play(steps, at).catch((error: Error): Verdict => {
        const why = at.service.ended() ?? error.message
        const text = `the case could not be played: ${why}`
        return { problems: [{ step: undefined, text }], isOver: false }
      })
      if (isOver) return problems
      world = undefined
      await at.end()
      return problems
    },
    async end() {
      await world?.end()
      world = undefined
    },
  }
}
