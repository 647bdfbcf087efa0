import { type Counts, NO_COUNTS } from '../replicas/counts.ts'
import { type Check, check, counted, figure } from './check.ts'
import type { Expectation } from './expectation.ts'
import type { Evidence, ReplicaExit } from './findings.ts'
import { deadLetterChecks } from './letter-checks.ts'

/** Compares the results with the expectation. Each guarantee is one check. */
export function judge(expected: Expectation, found: Evidence): Check[] {
  return [
    nothingLost(expected, found),
    noDuplicateEffects(expected, found),
    nothingUnaccounted(expected, found),
    orderHeld(expected, found),
    ...deadLetterChecks(expected, found),
    allCommitted(found),
    ...(found.exits === undefined ? [] : [stoppedCleanly(found.exits)]),
  ]
}

function nothingLost({ effects }: Expectation, found: Evidence): Check {
  const seen = new Set(found.effects.map(({ plugin, eventId }) => `${plugin} ${eventId}`))
  const expected = [...effects].flatMap(([plugin, byId]) =>
    [...byId].map(([eventId, { key }]) => ({ plugin, eventId, key })),
  )
  const lost = expected
    .filter(({ plugin, eventId }) => !seen.has(`${plugin} ${eventId}`))
    .map(({ plugin, eventId, key }) => `${plugin} never processed ${eventId} of ${key}`)
  return check('nothing lost', lost, `${figure(expected.length)} effects of handlers`)
}

function noDuplicateEffects({ effects }: Expectation, found: Evidence): Check {
  const seen = new Set<string>()
  const wrong: string[] = []
  for (const { plugin, eventId } of found.effects) {
    const name = `${plugin} ${eventId}`
    if (!effects.get(plugin)?.has(eventId))
      wrong.push(`${plugin} processed ${eventId} unexpectedly`)
    else if (seen.has(name)) wrong.push(`${plugin} processed ${eventId} again`)
    seen.add(name)
  }
  const duplicates = [...found.counts.values()].reduce((sum, { duplicate }) => sum + duplicate, 0)
  return check('no duplicate effects', wrong, `${figure(duplicates)} duplicates detected`)
}

/** The replicas' metrics are consistent and equal the counts of the stream. */
function nothingUnaccounted(expected: Expectation, found: Evidence): Check {
  const slugs = new Set([...expected.counts.keys(), ...found.counts.keys()])
  const wrong = [...slugs].flatMap((slug) =>
    differences(slug, expected.counts.get(slug) ?? NO_COUNTS, found.counts.get(slug) ?? NO_COUNTS),
  )
  if (found.unaccounted !== 0) wrong.unshift(`${figure(found.unaccounted)} unaccounted`)
  return check('nothing unaccounted for', wrong, "the replicas' metrics match what was published")
}

function differences(slug: string, expected: Counts, found: Counts): string[] {
  const columns = Object.keys(expected) as (keyof Counts)[]
  return columns
    .filter((column) => expected[column] !== found[column])
    .map((column) => `${slug}: expected ${expected[column]} ${column}, got ${found[column]}`)
}

/** Uses the first effect of each event; `noDuplicateEffects` reports repeated ones. */
function orderHeld({ effects }: Expectation, found: Evidence): Check {
  const last = new Map<string, { place: number; eventId: string }>()
  const seen = new Set<string>()
  const wrong: string[] = []
  for (const { plugin, eventId, key } of found.effects) {
    const expected = effects.get(plugin)?.get(eventId)
    if (expected === undefined || seen.has(`${plugin} ${eventId}`)) continue
    seen.add(`${plugin} ${eventId}`)
    if (key !== expected.key) wrong.push(`${eventId} has key ${key}, expected ${expected.key}`)
    const lane = `${plugin} ${expected.key}`
    const before = last.get(lane)
    if (before !== undefined && before.place > expected.place) {
      wrong.push(`${plugin} processed ${eventId} of ${expected.key} after ${before.eventId}`)
    } else last.set(lane, { place: expected.place, eventId })
  }
  return check('order of every entity held', wrong, `${figure(last.size)} lanes of plugin and key`)
}

function allCommitted({ offsets }: Evidence): Check {
  const behind = offsets
    .filter(({ committed, end }) => (committed ?? 0) !== end)
    .map(({ topic, partition, committed, end }) => {
      return `${topic}/${partition}: committed ${committed ?? 'nothing'}, expected ${end}`
    })
  if (offsets.length === 0) behind.push('no partition was found')
  return check('everything committed', behind, `lag 0 in ${offsets.length} partitions`)
}

function stoppedCleanly(exits: readonly ReplicaExit[]): Check {
  const wrong = exits
    .filter(({ end }) => end !== 'exit 0')
    .map(({ name, end }) => `${name}: expected exit 0, got ${end}`)
  return check('replicas stopped cleanly', wrong, `${counted(exits.length, 'replica')}, exit 0`)
}
