import fc from 'fast-check'
import { type BrokerGuards, Brokers } from './brokers.ts'
import { type Choice, type InputEvent, Replica, type ReplicaGuards, type Step } from './replica.ts'

export type Guards = BrokerGuards & ReplicaGuards

export const ALL_GUARDS: Guards = {
  checksGeneration: true,
  requiresStable: true,
  readsToTheEnd: true,
  marksWithState: true,
  renewsWhenUnsure: true,
  reloadsAfterGap: true,
}

const NAMES = ['a', 'b', 'c'] as const
type Name = (typeof NAMES)[number]

/** What happens to a replica's request. `late`: it arrives after the replica has given it up. */
const FATES = ['answered', 'request-lost', 'answer-lost', 'late'] as const
type Fate = (typeof FATES)[number]

export type ModelStep =
  | { type: 'replica'; name: Name; fate: Fate; choice: Choice }
  | { type: 'late-request' }
  | { type: 'handle' | 'crash' | 'time-out' | 'rebalance'; name: Name }
  | { type: 'marker'; name: Name; where: 'log' | 'offsets' }
  | { type: 'compact' }
  | { type: 'release'; offset: number }

export interface ModelCase {
  input: InputEvent[]
  held: number[]
  steps: ModelStep[]
}

const name = fc.constantFrom(...NAMES)
const fate = fc.oneof(
  { weight: 12, arbitrary: fc.constant('answered' as const) },
  { weight: 1, arbitrary: fc.constantFrom(...FATES) },
)
const choice = fc.constantFrom<Choice>('commit', 'commit', 'join')
const step: fc.Arbitrary<ModelStep> = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.record({ type: fc.constant('replica' as const), name, fate, choice }),
  },
  { weight: 12, arbitrary: fc.record({ type: fc.constant('handle' as const), name }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('late-request' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constantFrom('crash', 'time-out', 'rebalance'), name }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      type: fc.constant('marker' as const),
      name,
      where: fc.constantFrom('log', 'offsets'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('compact' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('release' as const), offset: fc.nat(11) }),
  },
)

export const modelCase: fc.Arbitrary<ModelCase> = fc.record({
  input: fc.array(
    fc.record({
      id: fc.constantFrom('e1', 'e2', 'e3', 'e4', 'e5', 'e6', 'e7', 'e8'),
      key: fc.constantFrom('k1', 'k2'),
      amount: fc.constant(1),
    }),
    { minLength: 3, maxLength: 12 },
  ),
  held: fc.array(fc.nat(11), { maxLength: 2 }),
  steps: fc.array(step, { minLength: 60, maxLength: 260 }),
})

interface Running {
  replica: Replica
  steps: Step
  /** Under way. */
  request: () => unknown
}

const CALM_STEPS = 2_000

/** Runs the case, lets everything calm down, and answers what is wrong in the log at the end. */
export function runCase({ input, held, steps }: ModelCase, guards: Guards): string[] {
  const world = new World(input, held, guards)
  for (const each of steps) world.apply(each)
  world.calmDown()
  return problemsOf(world.brokers, input)
}

class World {
  readonly brokers: Brokers
  readonly #input: readonly InputEvent[]
  readonly #held: Set<number>
  readonly #guards: Guards
  readonly #late: (() => unknown)[] = []
  readonly #running = new Map<Name, Running>()

  constructor(input: readonly InputEvent[], held: readonly number[], guards: Guards) {
    this.brokers = new Brokers(guards)
    this.#input = input
    this.#held = new Set(held)
    this.#guards = guards
    for (const each of NAMES) this.#start(each)
    this.brokers.rebalance('a')
  }

  apply(step: ModelStep): void {
    switch (step.type) {
      case 'replica':
        this.#advance(step.name, step.fate, step.choice)
        break
      case 'late-request':
        this.#late.shift()?.()
        break
      case 'handle':
        this.#running.get(step.name)!.replica.handleNext()
        break
      case 'crash':
        this.#start(step.name)
        break
      case 'time-out':
        this.brokers.timeOut(step.name)
        break
      case 'rebalance':
        this.brokers.rebalance(step.name)
        break
      case 'marker':
        this.brokers.writeMarker(step.name, step.where)
        break
      case 'compact':
        this.brokers.compact()
        break
      case 'release':
        this.#held.delete(step.offset)
        break
      default:
        step satisfies never
    }
  }

  /** Everything that is under way arrives, and the replicas own the partition in turn until it is done. */
  calmDown(): void {
    const { brokers } = this
    for (const request of this.#late.splice(0)) request()
    this.#held.clear()
    for (let n = 0; n < CALM_STEPS && brokers.committedOffset < this.#input.length; n += 1) {
      if (n % 500 === 0) brokers.rebalance(NAMES[(n / 500) % NAMES.length]!)
      for (const each of NAMES) {
        if (n % 50 === 0) brokers.timeOut(each)
        this.#writeMarkers(each)
        this.#advance(each, 'answered', n % 2 === 0 ? 'commit' : 'join')
        this.#running.get(each)!.replica.handleNext()
      }
    }
    for (const each of NAMES) {
      brokers.timeOut(each)
      this.#writeMarkers(each)
    }
  }

  #start(name: Name): void {
    const { brokers } = this
    const input = this.#input
    const replica = new Replica({ name, brokers, input, held: this.#held, guards: this.#guards })
    const steps = replica.run()
    this.#running.set(name, { replica, steps, request: requestOf(steps.next()) })
  }

  #advance(name: Name, fate: Fate, choice: Choice): void {
    const running = this.#running.get(name)!
    const { request } = running
    let answer: unknown
    if (fate === 'late') this.#late.push(request)
    else if (fate !== 'request-lost') {
      const given = request()
      if (fate === 'answered') answer = given === 'choose' ? choice : given
    }
    running.request = requestOf(running.steps.next(answer))
  }

  #writeMarkers(name: Name): void {
    this.brokers.writeMarker(name, 'log')
    this.brokers.writeMarker(name, 'offsets')
  }
}

function requestOf({ value }: IteratorResult<() => unknown, void>): () => unknown {
  return value as () => unknown
}

/** Each id counts once, wherever and however often it is in the input. */
function problemsOf(brokers: Brokers, input: readonly InputEvent[]): string[] {
  if (brokers.committedOffset < input.length) {
    return [`stuck at offset ${brokers.committedOffset} of ${input.length}`]
  }
  const { bodies, end } = brokers.readCommitted()
  if (brokers.rewinds > 0) return ['the committed offset went back']
  if (end < brokers.endOffset()) return [`a transaction was left open at ${end}`]
  const expected = new Map<string, number>()
  const ids = new Set<string>()
  for (const { id, key, amount } of input) {
    if (!ids.has(id)) expected.set(key, (expected.get(key) ?? 0) + amount)
    ids.add(id)
  }
  const actual = new Map<string, number>()
  const followUps = new Map<string, number>()
  for (const body of bodies) {
    if (body.type === 'state') actual.set(body.key, body.value)
    if (body.type === 'follow-up') followUps.set(body.id, (followUps.get(body.id) ?? 0) + 1)
  }
  const wrongState = [...expected]
    .filter(([key, value]) => actual.get(key) !== value)
    .map(([key, value]) => `state of ${key} is ${actual.get(key)}, not ${value}`)
  const wrongFollowUps = [...ids]
    .filter((id) => followUps.get(id) !== 1)
    .map((id) => `${followUps.get(id) ?? 0} follow-ups of ${id}`)
  return [...wrongState, ...wrongFollowUps]
}
