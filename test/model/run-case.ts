import fc from 'fast-check'
import { settled } from '../support/manual-clock.ts'
import { type Action, actions, callsOf, wake } from './actions.ts'
import { PARTITIONS, TOPIC, World } from './world.ts'

/** Of records that are not handled yet, and a batch of which the last does not fit any more. */
const IN_FLIGHT_BYTES_MAX = 3_000 + 1_000
const ROUNDS_MAX = 300
const ROUND_MS = 300
/** Longer than metadata is left unasked for, which must not make a group at rest rebalance. */
const REST_MS = 12_000
/** A join whose response was lost is sent again after that long. */
const LAST_JOIN_MS = 75_000
/** It takes long, so some cases only are watched while they rest. */
const THOROUGH_EVERY = 8

const step = fc.record({
  action: fc.constantFrom(...(Object.keys(actions) as Action[])),
  n: fc.nat(1_000),
  m: fc.nat(1_000),
})

export const modelCase = fc.record({
  /** Of the network's delays. */
  seed: fc.integer(),
  isEager: fc.constantFrom(false, false, false, true),
  /** How many of the processes are static members. */
  statics: fc.nat(2),
  turnsAhead: fc.constantFrom(0, 0, 2, 10),
  steps: fc.array(step, { minLength: 60, maxLength: 160 }),
})

export type ModelCase = typeof modelCase extends fc.Arbitrary<infer T> ? T : never

/** Runs a group until the first problem. Resolves with it, or with nothing. */
export async function runCase({ seed, steps, ...of }: ModelCase): Promise<string[]> {
  const world = new World(seed, (slot) => ({
    instanceId: slot < of.statics ? `instance-${slot}` : undefined,
    mode: of.isEager ? 'eager' : 'cooperative',
    turnsAhead: of.turnsAhead,
  }))
  await world.advance(100)
  for (const { action, n, m } of steps) {
    await actions[action](world, n, m)
    await settled()
    checkMembers(world)
    if (world.problems.length > 0) return world.problems
  }
  await recover(world, seed % THOROUGH_EVERY === 0)
  return world.problems
}

/** Once nothing fails any more, everything is completed and committed, and the group is at rest. */
async function recover(world: World, isThorough: boolean): Promise<void> {
  const { kafka, problems } = world
  Object.assign(world, { broken: { store: false, deadLetters: false }, troubles: [] })
  for (const broker of kafka.brokers) kafka.goOn(broker)
  if (world.partitionCount === 0) world.create(PARTITIONS)
  for (const member of world.members) await wake(world, member)
  for (let round = 0; problems.length === 0 && !isDone(world); round++) {
    if (round === ROUNDS_MAX) return void problems.push(`not done: ${endsOf(world)}`)
    for (const call of callsOf(world)) call.end('ok')
    await goOn(world)
  }
  if (problems.length > 0) return
  checkMembers(world)
  await checkRest(world, isThorough)
}

/** There is always a process: one that stops may be the last. */
async function goOn(world: World): Promise<void> {
  if (world.slots.every((each) => each === undefined)) world.start(0)
  await world.advance(ROUND_MS)
}

function isDone({ kafka, logs, members }: World): boolean {
  if (members.some(({ pipeline }) => pipeline.stats().inFlightBytes > 0)) return false
  return logs.every((_, p) => Math.max(0, committedOf(kafka, p)) === kafka.partition(TOPIC, p)!.end)
}

function committedOf({ group }: World['kafka'], partition: number): number {
  return group.offsets.get(`${TOPIC}/${partition}`) ?? -1
}

function endsOf({ kafka, logs }: World): string {
  return logs
    .map((_, p) => `${p}: ${committedOf(kafka, p)} of ${kafka.partition(TOPIC, p)!.end}`)
    .join(', ')
}

/** Without a cause, nothing moves, and each partition has its owner. */
async function checkRest(world: World, isThorough: boolean): Promise<void> {
  const { group } = world.kafka
  for (let round = 0; round < ROUNDS_MAX && !isAtRest(world); round++) await goOn(world)
  if (isAtRest(world) && !isThorough) return
  await world.advance(LAST_JOIN_MS)
  const { generation } = group
  await world.advance(REST_MS)
  if (group.generation !== generation)
    world.problems.push(`at rest, the generation went from ${generation} to ${group.generation}`)
  if (!isAtRest(world)) world.problems.push(`at rest, only ${ownedIn(world)} are owned`)
}

function isAtRest(world: World): boolean {
  const all = world.logs.map((_, partition) => partition)
  return world.kafka.group.state === 'Stable' && ownedIn(world) === all.join()
}

function ownedIn({ members }: World): string {
  const owned = members.flatMap(({ open, isReplaced }) => (isReplaced ? [] : [...open.keys()]))
  return owned.sort().join()
}

function checkMembers({ members, problems }: World): void {
  for (const { pipeline, name, isFenced, open } of members) {
    if (isFenced && open.size > 0) problems.push(`${name} is fenced and holds ${[...open.keys()]}`)
    const { unaccounted, inFlightBytes } = pipeline.stats()
    if (unaccounted !== 0) problems.push(`${name} does not account for ${unaccounted}`)
    if (inFlightBytes >= IN_FLIGHT_BYTES_MAX) problems.push(`${name} keeps ${inFlightBytes} bytes`)
  }
}
