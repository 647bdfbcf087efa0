import { CODE } from '../support/fake-kafka/codes.ts'
import type { Member } from './member.ts'
import { type Call, PARTITIONS, PARTITIONS_MAX, TOPIC, type Trouble, type World } from './world.ts'

const REQUESTS = ['JoinGroup', 'SyncGroup', 'Heartbeat', 'OffsetCommit', 'OffsetFetch']
const OTHER_REQUESTS = ['Fetch', 'ListOffsets', 'Metadata', 'FindCoordinator', 'LeaveGroup']
const KINDS: readonly Trouble['kind'][] = ['lost-request', 'lost-response', 'cut', 'slow']
const TROUBLES_MAX = 3
const LOADING_MS = 700

/** Everything that can happen to a group, in any order. `n` and `m` are random. */
export const actions = {
  publish(world: World, n: number, m: number) {
    if (world.partitionCount === 0) return
    const partition = n % world.partitionCount
    const { end } = world.kafka.partition(TOPIC, partition)!
    const key = `${world.incarnation}-${partition}-${m % 3}`
    const log = world.logs[partition]!
    const fresh = (offset: number) => {
      return { offset, key, id: `${world.incarnation}.${partition}.${offset}`, content: 0 }
    }
    const earlier = log[m % Math.max(1, log.length)]
    const isRepeat = n % 7 === 0 && earlier !== undefined
    // A repeated id usually has the same content, sometimes a different one.
    const content = m % 5 === 0 ? 1 : (earlier?.content ?? 0)
    const first = isRepeat ? { ...earlier, offset: end, key, content } : fresh(end)
    const more = Array.from({ length: m % 4 }, (_, i) => fresh(end + 1 + i))
    world.append(partition, [first, ...more], n % 11 === 0 ? 2 : 0)
  },
  publishAlso: (world: World, n: number, m: number) => actions.publish(world, n, m),
  succeed: (world: World, n: number) => end(world, n, 'ok'),
  succeedAlso: (world: World, n: number) => end(world, n, 'ok'),
  succeedAll(world: World) {
    for (const call of callsOf(world)) call.end('ok')
  },
  fail: (world: World, n: number) => end(world, n, 'fail'),
  decline: (world: World, n: number) => end(world, n, n % 2 === 0 ? 'skip' : 'reject'),
  delay: (world: World, n: number) => end(world, n, n % 2 === 0 ? 'delay' : 'delay-uncounted'),
  time: (world: World, n: number) => world.advance(1 + (n % 700)),
  timeAlso: (world: World, n: number) => world.advance(1 + (n % 100)),
  timeToo: (world: World, n: number) => world.advance(1 + (n % 10)),
  longTime: (world: World, n: number) => world.advance(1_000 + n * 4),
  /** A process is started where there is none: the group rebalances. */
  come(world: World, n: number) {
    const slot = world.slots.indexOf(undefined)
    if (slot >= 0 && n % 2 === 0) world.start(slot)
  },
  /** A process is stopped in order. */
  go(world: World, n: number) {
    if (n % 2 === 0) void awake(world, n)?.stop()
  },
  /** A process is killed: all of its work stops. Mostly, it is started again. */
  kill(world: World, n: number, m: number) {
    const slot = n % world.slots.length
    const member = world.slots[slot]
    if (member === undefined || m % 2 === 0) return
    member.exit()
    if (m % 3 > 0 && world.slots[slot] === undefined) world.start(slot)
  },
  /** A process freezes, maybe beyond its session; the others take over, and later it wakes up. */
  async freeze(world: World, n: number) {
    const all = world.members
    const member = all[n % Math.max(1, all.length)]
    if (member === undefined) return
    if (member.isFrozen) await wake(world, member)
    else member.clock.freeze()
  },
  async freezeLong(world: World, n: number, m: number) {
    const member = awake(world, n)
    if (member === undefined || m % 3 > 0) return
    member.clock.freeze()
    await world.advance(3_000 + n)
  },
  /** A frozen static process gets a successor of the same name. */
  replace(world: World) {
    const slot = world.slots.findIndex((each) => each?.isFrozen && each.instanceId !== undefined)
    if (slot < 0) return
    world.replaced.push(world.slots[slot]!)
    world.start(slot)
  },
  storeFails(world: World, n: number) {
    world.broken.store = n % 3 === 0
  },
  deadLettersFail(world: World, n: number) {
    world.broken.deadLetters = n % 3 === 0
  },
  /** A request to the group is lost, or its response, or is late. */
  trouble: (world: World, n: number, m: number) => trouble(world, REQUESTS, n, m),
  otherTrouble: (world: World, n: number, m: number) => trouble(world, OTHER_REQUESTS, n, m),
  moveLeader(world: World, n: number) {
    if (world.partitionCount > 0) world.kafka.moveLeader(TOPIC, n % world.partitionCount)
  },
  /** The coordinator is restarted: what it did not store is gone. Then it loads the group, or moves. */
  async bounceCoordinator(world: World, n: number, m: number) {
    const { kafka } = world
    if (m % 2 > 0) return
    world.disturbed()
    kafka.moveCoordinator(n % 3 === 0 ? undefined : n % 2, n % 5 > 0)
    kafka.isLoading = n % 7 < 3
    world.clock.after(LOADING_MS, () => {
      kafka.isLoading = false
      kafka.coordinator ??= 1
    })
  },
  hang(world: World, n: number) {
    world.kafka.hang(n % 2)
    world.disturbed()
    world.clock.after(n * 3, () => {
      world.disturbed()
      world.kafka.goOn(n % 2)
    })
  },
  /** A broker closes the fetch sessions, to make room or because it was restarted, or has no room for any. */
  endSessions(world: World, n: number, m: number) {
    const sessions = world.kafka.sessionsOf(n % 2)
    sessions.areRefused = m % 3 === 0
    sessions.evictAll()
  },
  /** A broker says once that the log does not have the offset, though it has. */
  lie(world: World) {
    world.kafka.fetchCodeOf = () => {
      world.kafka.fetchCodeOf = () => CODE.none
      return CODE.offsetOutOfRange
    }
  },
  widen(world: World) {
    if (world.partitionCount > 0 && world.partitionCount < PARTITIONS_MAX) world.widen()
  },
  /** The topic is deleted, and created again at once or later. */
  recreate(world: World, n: number, m: number) {
    const isThere = world.partitionCount > 0
    if (isThere && m % 3 > 0) return
    if (isThere) world.delete()
    if (!isThere || n % 2 === 0) world.create(PARTITIONS)
  },
}

export type Action = keyof typeof actions

function trouble({ troubles }: World, requests: readonly string[], n: number, m: number): void {
  if (troubles.length >= TROUBLES_MAX) return
  const request = requests[n % requests.length]!
  troubles.push({ request, kind: KINDS[m % KINDS.length]! })
}

/**
 * Two processes of one name may not both join: the platform starts one when the other is gone. One that
 * does not know yet that it was replaced, and still has its id, is refused.
 */
export async function wake(world: World, member: Member): Promise<void> {
  const successor = world.slots.find((each) => each?.instanceId === member.instanceId)
  const isKnown = member.id !== '' && successor?.consumer.isJoined === true
  if (member.isReplaced && !isKnown) member.exit()
  else await member.wake()
}

function awake(world: World, n: number): Member | undefined {
  const member = world.slots[n % world.slots.length]
  return member?.isFrozen ? undefined : member
}

function end(world: World, n: number, how: Parameters<Call['end']>[0]): void {
  const calls = callsOf(world)
  calls[n % Math.max(1, calls.length)]?.end(how)
}

export function callsOf(world: World): Call[] {
  return [...world.calls].filter(({ member }) => !member.isFrozen && !member.isReplaced)
}
