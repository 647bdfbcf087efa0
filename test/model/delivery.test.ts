import fc from 'fast-check'
import type { EachBatchPayload } from 'kafkajs'
import { expect, it } from 'vitest'
import { settled } from '../support/manual-clock.ts'
import { type Call, Member, PARTITIONS, World } from './world.ts'

const RUNS = Number(process.env.MODEL_RUNS ?? 400)
const ACTIONS_MIN = 1_000

type Step = { action: Action; n: number; m: number }
type Action = keyof typeof actions

const late = new WeakMap<World, { member: Member; payload: EachBatchPayload }[]>()

/** Everything that can happen to a group, in any order. `n` and `m` are random. */
const actions = {
  publish(world: World, n: number, m: number) {
    const partition = n % PARTITIONS
    const log = world.logs[partition] as World['logs'][number]
    const key = `${partition}-${m % 3}`
    const fresh = { offset: log.length, key, id: `${partition}.${log.length}`, content: 0 }
    const earlier = log[m % Math.max(1, log.length)]
    const isRepeat = n % 7 === 0 && earlier !== undefined
    // A repeated id usually has the same content, sometimes a different one.
    if (isRepeat)
      log.push({ ...earlier, offset: log.length, key, content: m % 5 === 0 ? 1 : earlier.content })
    else log.push(fresh)
  },
  fetch(world: World, n: number, m: number) {
    const member = awake(world, n)
    const payload = member?.batch(m % PARTITIONS, 1 + (n % 5))
    if (payload !== undefined) void member?.fetch(payload)
  },
  /** A batch that was fetched but reaches the handler later. */
  keepBatch(world: World, n: number, m: number) {
    const member = awake(world, n)
    const payload = member?.batch(m % PARTITIONS, 3)
    if (member !== undefined && payload !== undefined) lateOf(world).push({ member, payload })
  },
  lateBatch(world: World) {
    const kept = lateOf(world).shift()
    if (kept !== undefined && !kept.member.isFrozen) void kept.member.fetch(kept.payload)
  },
  keepBatchToo: (world: World, n: number, m: number) => actions.keepBatch(world, n, m),
  lateBatchToo: (world: World) => actions.lateBatch(world),
  succeed: (world: World, n: number) => end(world, n, 'ok'),
  succeedAlso: (world: World, n: number) => end(world, n, 'ok'),
  fail: (world: World, n: number) => end(world, n, 'fail'),
  decline: (world: World, n: number) => end(world, n, n % 2 === 0 ? 'skip' : 'reject'),
  time: (world: World, n: number) => world.advance(1 + (n % 700)),
  commit: (world: World, n: number) => void awake(world, n)?.committer.commit(),
  /** A rebalance. Some members commit before it, as they do if there is time. */
  async rebalance(world: World, n: number, m: number) {
    for (const each of world.members) if (!each.isFrozen) void each.committer.commit()
    if (n % 3 > 0) await world.advance(10)
    world.rebalance([world.members[m % 2], world.members[(m >> 1) % 2]])
  },
  /** A process is killed: all of its work stops, and the others take over. */
  kill(world: World, n: number) {
    const index = n % 2
    const dead = world.members[index] as Member
    dead.isFrozen = true
    for (const call of world.calls) if (call.member === dead) world.calls.delete(call)
    world.members[index] = new Member(world)
    world.rebalance(world.owners.map((owner) => (owner === dead ? world.members[n % 2] : owner)))
  },
  /** A process freezes beyond its session timeout; the others take over, and later it wakes up. */
  freeze(world: World, n: number) {
    const index = n % 2
    const zombie = world.members[index] as Member
    if (zombie.isFrozen) return wake(world, zombie, n % 3 > 0)
    zombie.isFrozen = true
    const other = world.members[1 - index] as Member
    world.rebalance(world.owners.map((owner) => (owner === zombie ? other : owner)))
  },
  storeFails(world: World, n: number) {
    world.broken.store = n % 3 === 0
  },
  deadLettersFail(world: World, n: number) {
    world.broken.deadLetters = n % 3 === 0
  },
}

/** The group no longer knows the member: it joins again under a new id. */
function wake(world: World, zombie: Member, isGivenAll: boolean): void {
  zombie.isFrozen = false
  zombie.id = world.nextMemberId()
  world.rebalance(world.owners.map((owner) => (isGivenAll ? zombie : owner)))
}

function awake(world: World, n: number): Member | undefined {
  const member = world.members[n % 2]
  return member?.isFrozen ? undefined : member
}

function end(world: World, n: number, how: Parameters<Call['end']>[0]): void {
  const calls = [...world.calls].filter(({ member }) => !member.isFrozen)
  calls[n % Math.max(1, calls.length)]?.end(how)
}

function lateOf(world: World) {
  const kept = late.get(world) ?? []
  late.set(world, kept)
  return kept
}

const step: fc.Arbitrary<Step> = fc.record({
  action: fc.constantFrom(...(Object.keys(actions) as Action[])),
  n: fc.nat(1_000),
  m: fc.nat(1_000),
})

it('keeps its guarantees under any interleaving', async () => {
  const done = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 60, maxLength: 160 }), async (steps) => {
      const world = new World()
      world.rebalance([world.members[0], world.members[1]])
      for (const { action, n, m } of steps) {
        done.set(action, (done.get(action) ?? 0) + 1)
        await actions[action](world, n, m)
        await settled()
        expect(world.problems).toEqual([])
        expectBalance(world)
      }
      await recover(world)
    }),
    // Shrinking is not needed to detect a mutant.
    { numRuns: RUNS, endOnFailure: process.env.MUTANT !== undefined },
  )
  if (process.env.MODEL_RUNS !== undefined) return
  for (const action of Object.keys(actions)) {
    expect(done.get(action), action).toBeGreaterThanOrEqual(ACTIONS_MIN)
  }
})

/** Once nothing fails any more, everything is completed and committed. */
async function recover(world: World): Promise<void> {
  world.broken = { store: false, deadLetters: false }
  for (const member of world.members) if (member.isFrozen) wake(world, member, false)
  world.rebalance([world.members[0], world.members[1]])
  const isDone = () =>
    world.logs.every(({ length }, p) => length === Math.max(0, world.committed[p]!))
  for (let round = 0; round < 400 && !isDone(); round++) {
    for (const call of world.calls) if (!call.member.isFrozen) call.end('ok')
    for (const member of world.members) {
      for (const partition of member.assigned) {
        const payload = member.batch(partition, 10)
        if (payload !== undefined) void member.fetch(payload)
      }
    }
    await world.advance(500)
    for (const member of world.members) void member.committer.commit()
    await world.advance(10)
  }
  expect(world.problems).toEqual([])
  expectBalance(world)
  expect(world.committed.map((offset) => Math.max(0, offset))).toEqual(
    world.logs.map(({ length }) => length),
  )
  for (const { pipeline } of world.members) expect(pipeline.stats().inFlightBytes).toBe(0)
}

function expectBalance(world: World): void {
  for (const { pipeline } of world.members) {
    const { unaccounted, inFlightBytes } = pipeline.stats()
    expect(unaccounted).toBe(0)
    expect(inFlightBytes).toBeLessThan(3_000 + 1_000)
  }
}
