import { assertNever } from '../../../src/event/outcome.ts'
import { Expectations } from '../judge/expectations.ts'
import { type Counters, countersIn } from '../judge/judge-metrics.ts'
import type { Problem } from '../judge/problem.ts'
import type { Case, Step } from '../steps/step.ts'
import type { World } from '../world/world.ts'
import { playCommand, playSwitch, restoreSwitches } from './command.ts'
import { forge } from './forge.ts'
import { post, publish } from './intake.ts'
import { Places } from './places.ts'
import { playRecord } from './record.ts'
import { refuse } from './refuse.ts'

/** A case while it is played. */
export interface Play {
  world: World
  expected: Expectations
  /** Makes ids unique among all cases of a world. */
  prefix: string
  /** How long nothing may move before the service counts as stuck. */
  patienceMs: number
  /** Of the world before the case. */
  before: Counters
  places: Places
  problems: Problem[]
  /** The number of the current step. */
  step: number
  /** The id of the last event that is in Kafka; undefined before the first. */
  lastId: string | undefined
}

export async function startPlay(world: World, number: number, patienceMs: number): Promise<Play> {
  return {
    world,
    expected: new Expectations(),
    prefix: `${world.topic}.${number}.`,
    patienceMs,
    before: countersIn((await world.service.metrics()).samples),
    places: new Places(world),
    problems: [],
    step: 0,
    lastId: undefined,
  }
}

/** Plays the steps one after the other, then ends every pause. */
export async function playSteps(steps: Case, play: Play): Promise<void> {
  for (const [index, step] of steps.entries()) {
    play.step = index
    if (play.world.service.ended() !== undefined) return
    await playStep(step, play)
    if (play.problems.length > 0) return
  }
  await restoreSwitches(play)
}

async function playStep(step: Step, play: Play): Promise<void> {
  switch (step.do) {
    case 'publish':
      return publish(step, play)
    case 'post':
      return post(step, play)
    case 'refuse':
      return refuse(step, play)
    case 'forge':
      return forge(step, play)
    case 'switch':
      return playSwitch(step, play)
    case 'command':
      return playCommand(step.command, play)
    case 'record':
    case 'garbage':
    case 'change':
    case 'tombstone':
    case 'variant':
    case 'twice':
    case 'bomb':
    case 'too large for a letter':
      return playRecord(step, play)
    default:
      return assertNever(step)
  }
}

export function problem(play: Play, text: string): void {
  play.problems.push({ step: play.step, text })
}
