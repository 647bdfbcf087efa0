import { scrape } from '../../src/dev/replicas/scrape.ts'
import { nowUs } from '../faults/commits.ts'
import { readEffects, type SeenEffect } from '../faults/evidence.ts'
import type { Window } from './gaps.ts'
import type { Group } from './group.ts'
import { CONCURRENCY, HANDLER_MS } from './waiting.ts'

export interface Throughput {
  replicas: number
  /** Events handled per second while all replicas were busy. */
  perSecond: number
  /** The upper limit: concurrency divided by handler duration. */
  limitPerSecond: number
  handlerMs: number
  events: number
  seconds: number
  /** CPU cores used by each replica and the broker; undefined if not known. */
  replicaCores: (number | undefined)[]
  brokerCores: number | undefined
}

const PER_SECOND = (1_000 / HANDLER_MS) * CONCURRENCY
/** Only this share is measured: at the end of a backlog there are too few entities to stay busy. */
const BUSY_SHARE = 0.9

/** Gives this many replicas a backlog for about `seconds`, and measures how fast they handle it. */
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

/** When the first replica came near the end of its backlog. */
function busyUntilUs(effects: readonly SeenEffect[]): number {
  const byPid = Map.groupBy(effects, ({ pid }) => pid)
  const ends = [...byPid.values()].map((own) => own[Math.floor(own.length * BUSY_SHARE)]!.atUs)
  return Math.min(...ends)
}

function coresOf({ replicaSet, processorTime, brokerPids }: Group, window: Window) {
  return {
    replicaCores: replicaSet.replicas.map(({ pid }) => processorTime.coresIn([pid], window)),
    brokerCores: processorTime.coresIn(brokerPids, window),
  }
}

async function handlerTimes({ replicaSet }: Group) {
  const samples = (await Promise.all(replicaSet.replicas.map(({ url }) => scrape(url)))).flat()
  const sum = (name: string) =>
    samples.filter((each) => each.name === name).reduce((total, { value }) => total + value, 0)
  return {
    seconds: sum('handler_duration_seconds_sum'),
    count: sum('handler_duration_seconds_count'),
  }
}
