import { setTimeout as sleep } from 'node:timers/promises'
import { nowUs } from '../faults/commits.ts'
import { readEffects } from '../faults/evidence.ts'
import { type Gaps, gapsIn, type Window } from './gaps.ts'
import type { Group } from './group.ts'
import { leastInTwo, leastMoves, moved, type Owners } from './moves.ts'

/** A change of a group's replicas under load. */
export interface Change {
  name: string
  happen(group: Group): Promise<void>
}

export interface Changed extends Gaps {
  name: string
  /** How often the assignment changed. */
  reassignments: number
  moved: number
  /** The fewest partitions that had to move. */
  least: number
  /** Time until all partitions were assigned again, and until the backlog was gone. */
  settledMs: number
  caughtUpMs: number
  problems: string[]
}

const QUIET_MS = 5_000
/** Generous for slow machines: this detects a partition that no replica continues. */
const STANDSTILL_MS = 60_000

export const nothing: Change = { name: 'nothing', happen: () => sleep(QUIET_MS) }

export function join(from: number, to: number): Change {
  return { name: `${from} → ${to}, joining`, happen: (group) => group.growTo(to) }
}

export function leave(from: number): Change {
  return {
    name: `${from} → ${from - 1}, by SIGTERM`,
    happen: ({ replicaSet }) => replicaSet.stop(replicaSet.replicas[0]!),
  }
}

export function kill(from: number): Change {
  return {
    name: `${from} → ${from - 1}, by SIGKILL`,
    happen: async ({ replicaSet }) => replicaSet.kill(replicaSet.replicas[0]!),
  }
}

/** A rolling update without surge: one replica ends, its successor starts, then the next one. */
export function roll(replicas: number): Change {
  return {
    name: `${replicas} rolled`,
    async happen({ replicaSet, settled }) {
      for (const replica of [...replicaSet.replicas]) {
        await replicaSet.stop(replica)
        await replicaSet.start()
        await settled()
      }
    },
  }
}

/** Measures changes one after the other, under a constant load. */
export async function seeChanges(
  group: Group,
  changes: readonly Change[],
  say: (message: string) => void,
): Promise<Changed[]> {
  const windows: (Omit<Changed, keyof Gaps> & Window)[] = []
  for (const change of changes) {
    say(`  ${change.name}`)
    windows.push(await see(group, change))
  }
  const steps = firsts(await readEffects(group.folder))
  return windows.map(({ fromUs, toUs, ...rest }) => {
    const gaps = gapsIn(steps, { fromUs, toUs })
    return { ...rest, ...gaps, problems: [...rest.problems, ...standstill(group, rest, gaps)] }
  })
}

async function see(group: Group, { name, happen }: Change) {
  const ownersBefore = group.owners.seen.length - 1
  const fromUs = nowUs()
  await happen(group)
  await group.settled()
  const settledUs = nowUs()
  await group.caughtUp()
  const toUs = nowUs()
  const owners = group.owners.seen.slice(ownersBefore)
  const sum = (count: (before: Owners, after: Owners) => number) =>
    pairs(owners).reduce((total, [before, after]) => total + count(before, after), 0)
  return {
    name,
    reassignments: owners.length - 1,
    moved: sum(moved),
    least: sum(leastMoves),
    settledMs: Math.round((settledUs - fromUs) / 1_000),
    caughtUpMs: Math.round((toUs - fromUs) / 1_000),
    problems: pairs(owners).flatMap(([before, after]) => needless(name, before, after)),
    ...{ fromUs, toUs },
  }
}

/** If members both left and joined, two reassignments may have been seen as one. */
function needless(name: string, before: Owners, after: Owners): string[] {
  const isMixed =
    before.members.some((member) => !after.members.includes(member)) &&
    after.members.some((member) => !before.members.includes(member))
  const least = isMixed ? leastInTwo(before, after) : leastMoves(before, after)
  const count = moved(before, after)
  return count > least ? [`${name}: ${count} partitions moved, ${least} had to`] : []
}

function standstill({ sessionMs }: Group, { name }: { name: string }, gaps: Gaps): string[] {
  const mostMs = sessionMs + STANDSTILL_MS
  if (gaps.partitionMs <= mostMs) return []
  return [`${name}: a partition stood still for ${gaps.partitionMs} ms, expected ${mostMs} at most`]
}

function pairs<T>(all: readonly T[]): [T, T][] {
  return all.slice(1).map((each, i) => [all[i]!, each])
}

/** The first effect of each event: handling it again is no progress. */
function firsts<T extends { eventId: string }>(effects: readonly T[]): T[] {
  const seen = new Set<string>()
  return effects.filter(({ eventId }) => !seen.has(eventId) && seen.add(eventId))
}
