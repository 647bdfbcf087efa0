import { scrape } from '../../src/dev/replicas/scrape.ts'
import { nowUs } from '../faults/commits.ts'
import { readEffects, type SeenEffect } from '../faults/evidence.ts'
import type { Window } from './gaps.ts'
import type { Group } from './group.ts'
import { CONCURRENCY, HANDLER_MS } from './waiting.ts'

export interface Throughput {
  replicas: number
  /** Events that were handled in a second while all replicas had enough to do. */
  perSecond: number
  /** How many there could be: what runs at once, divided by how long a handler took. */
  limitPerSecond: number
  handlerMs: number
  events: number
  seconds: number
  /** Of one core: each replica, and the broker; undefined where it is not known. */
  replicaCores: (number | undefined)[]
  brokerCores: number | undefined
}

const PER_SECOND = (1_000 / HANDLER_MS) * CONCURRENCY
/** Towards the end of a backlog fewer entities than places are left. */
const BUSY_SHARE = 0.9

/** Gives so many replicas a backlog for about so long, and sees how fast they work it off. */
export async function measure(
  group: Group,
  replicas: number,
  seconds: number,
): Promise<Throughput> {
  await group.growTo(replicas)
  await group.flowing()
  await group.load.publish(Math.round(PER_SECOND * replicas * seconds))
  const fromUs = nowUs()
  const before = await handlerTimes(group)
  await group.caughtUp()
  const after = await handlerTimes(group)
  const all = (await readEffects(group.folder)).filter(({ atUs }) => atUs > fromUs)
  const window = { fromUs, toUs: busyUntilUs(all) }
  const events = all.filter(({ atUs }) => atUs <= window.toUs).length
  const handlerMs = (1_000 * (after.seconds - before.seconds)) / (after.count - before.count)
  const secondsBusy = (window.toUs - fromUs) / 1_000_000
  return {
    replicas,
    perSecond: events / secondsBusy,
    limitPerSecond: (1_000 * CONCURRENCY * replicas) / handlerMs,
    handlerMs,
    events,
    seconds: secondsBusy,
    ...coresOf(group, window),
  }
}

/** When the first of the replicas came near the end of what it had. */
function busyUntilUs(effects: readonly SeenEffect[]): number {
  const byPid = Map.groupBy(effects, ({ pid }) => pid)
  const ends = [...byPid.values()].map((own) => own[Math.floor(own.length * BUSY_SHARE)]!.atUs)
  return Math.min(...ends)
}

function coresOf({ crew, processorTime, brokerPids }: Group, window: Window) {
  return {
    replicaCores: crew.replicas.map(({ pid }) => processorTime.coresIn([pid], window)),
    brokerCores: processorTime.coresIn(brokerPids, window),
  }
}

async function handlerTimes({ crew }: Group) {
  const samples = (await Promise.all(crew.replicas.map(({ url }) => scrape(url)))).flat()
  const sum = (name: string) =>
    samples.filter((each) => each.name === name).reduce((total, { value }) => total + value, 0)
  return {
    seconds: sum('handler_duration_seconds_sum'),
    count: sum('handler_duration_seconds_count'),
  }
}
