import type { Evidence, LogEntry, SeenEffect } from './evidence.ts'
import type { PluginRule } from './plugin-rules.ts'
import type { Outage } from './replicas.ts'

export interface Verdict {
  published: number
  lost: number
  /** Records that retention removed before the group had read them. */
  removed: number
  /** Handler calls for deliveries that had been completed before. */
  duplicates: number
  orderBreaks: number
  longestPauseMs: number
  /** Empty if all checks passed. */
  problems: string[]
}

const SHOWN = 5

/** Judges by the effects and the topics, not by the service's own counts. */
export function judge(all: Evidence, rules: readonly PluginRule[]): Verdict {
  const gone = new Set(all.unread)
  const found = { ...all, log: all.log.filter((entry) => !gone.has(entry)) }
  const log = firstsOf(found.log)
  const firsts = firstEffects(found.effects)
  const done = doneTimes(firsts, found.letters)
  const lost = lostOf(log, rules, done)
  const duplicates = duplicatesOf(found.effects)
  const isExact = (slug: string) => rules.some((rule) => rule.slug === slug && rule.isExact)
  const twice = duplicates.filter(([{ plugin }]) => isExact(plugin))
  const published = new Map(log.map((entry) => [entry.eventId, entry]))
  const strange = duplicates.filter(
    (pair) => !twice.includes(pair) && !isExplained(pair, found, published),
  )
  const breaks = orderBreaks(log, firsts)
  return {
    published: firstsOf(all.log).length,
    lost: lost.length,
    removed: all.unread.length,
    duplicates: duplicates.length,
    orderBreaks: breaks.length,
    longestPauseMs: longestPauseMs(found.effects),
    problems: [
      ...listed('acknowledged but not in the topic', unwritten(all)),
      ...listed('lost', lost),
      ...listed('extra effects of a transactional plugin', twice.map(pairText)),
      ...listed('processed twice without a fault between effect and mark', strange.map(pairText)),
      ...listed('out of order', breaks),
      ...listed('wrong dead letters', wrongLetters(found, rules)),
      ...listed('committed before completion', tooEarly(found, log, rules, done)),
      ...listed('committed offset went back', wentBack(found)),
      ...listed('not committed', uncommitted(found)),
      ...(found.unaccounted === 0 ? [] : [`${found.unaccounted} deliveries unaccounted for`]),
    ],
  }
}

type Times = ReadonlyMap<string, number>

const nameOf = (plugin: string, eventId: string) => `${plugin} ${eventId}`

/** A publisher's retry may have written an event twice: the first one counts. */
function firstsOf(log: readonly LogEntry[]): LogEntry[] {
  const seen = new Set<string>()
  return log.filter(({ eventId }) => !seen.has(eventId) && seen.add(eventId))
}

function firstEffects(effects: readonly SeenEffect[]): SeenEffect[] {
  const seen = new Set<string>()
  return effects.filter(({ plugin, eventId }) => {
    const name = nameOf(plugin, eventId)
    return !seen.has(name) && seen.add(name)
  })
}

function doneTimes(effects: readonly SeenEffect[], letters: readonly LogEntry[]): Times {
  const times = new Map(effects.map((each) => [nameOf(each.plugin, each.eventId), each.atUs]))
  for (const { plugin, eventId, atUs } of letters) {
    const name = nameOf(plugin, eventId)
    times.set(name, Math.min(atUs, times.get(name) ?? Infinity))
  }
  return times
}

function lostOf(log: readonly LogEntry[], rules: readonly PluginRule[], done: Times): string[] {
  return rules.flatMap(({ slug, wants }) =>
    log
      .filter(({ name, eventId }) => wants(name) && !done.has(nameOf(slug, eventId)))
      .map((entry) => `${slug} ${entry.eventId} at ${placeOf(entry)}@${entry.offset}`),
  )
}

function duplicatesOf(effects: readonly SeenEffect[]): [SeenEffect, SeenEffect][] {
  const last = new Map<string, SeenEffect>()
  return effects.flatMap((effect) => {
    const name = nameOf(effect.plugin, effect.eventId)
    const before = last.get(name)
    last.set(name, effect)
    return before === undefined ? [] : [[before, effect] as [SeenEffect, SeenEffect]]
  })
}

/** A mark sent this shortly before a fault may not have arrived. */
const IN_FLIGHT_US = 5_000_000

/** The clocks of records and effects are compared in milliseconds. */
const CLOCKS_US = 100_000

/**
 * Whether a fault explains the second effect: it hit the first process between effect and mark, or
 * one of the two processes while it may have held the event, which is from its publication on; or a
 * broker was down between effect and mark.
 */
function isExplained(pair: [SeenEffect, SeenEffect], found: Evidence, log: Published): boolean {
  const [before] = pair
  const markedAtUs = found.markedAtUs(before.plugin, before.eventId) ?? Infinity
  const publishedUs = log.get(before.eventId)?.atUs ?? Infinity
  const isDown = ({ fromUs, toUs }: Outage) =>
    before.atUs <= toUs && fromUs <= markedAtUs + IN_FLIGHT_US
  if (found.outages.some(isDown)) return true
  return found.faultWindows.some(({ pid, fromUs, toUs }) => {
    const hit = pair.find((effect) => effect.pid === pid)
    if (hit === undefined || hit.atUs > toUs) return false
    if (hit.atUs < fromUs) return hit === before && fromUs <= markedAtUs + IN_FLIGHT_US
    return publishedUs <= fromUs + CLOCKS_US
  })
}

type Published = ReadonlyMap<string, LogEntry>

function pairText([before, after]: [SeenEffect, SeenEffect]): string {
  const laterMs = Math.round((after.atUs - before.atUs) / 1_000)
  const { plugin, eventId, offset } = after
  return `${plugin} ${eventId} at ${placeOf(after)}@${offset}: process ${before.pid}, ${laterMs} ms later ${after.pid}`
}

/** First effects of a key must be in the order of its first records. */
function orderBreaks(log: readonly LogEntry[], firsts: readonly SeenEffect[]): string[] {
  const places = new Map(log.map((entry) => [entry.eventId, entry]))
  const last = new Map<string, LogEntry>()
  return firsts.flatMap(({ plugin, topic, key, eventId }) => {
    const place = places.get(eventId)
    if (place === undefined) return []
    const lane = `${plugin} ${topic} ${key}`
    const before = last.get(lane)
    if (before === undefined || isBefore(before, place)) last.set(lane, place)
    return before !== undefined && isBefore(place, before)
      ? [`${plugin} ${key}: ${eventId} after ${before.eventId}`]
      : []
  })
}

/** A key may change partition when partitions are added, so first records are ordered by time. */
function isBefore(a: LogEntry, b: LogEntry): boolean {
  return a.partition === b.partition ? a.offset < b.offset : a.atUs < b.atUs
}

function longestPauseMs(effects: readonly SeenEffect[]): number {
  const last = new Map<string, number>()
  let longestUs = 0
  for (const { atUs, ...place } of effects) {
    const name = placeOf(place)
    longestUs = Math.max(longestUs, atUs - (last.get(name) ?? atUs))
    last.set(name, atUs)
  }
  return Math.round(longestUs / 1_000)
}

function placeOf({ topic, partition }: { topic: string; partition: number }): string {
  return `${topic}/${partition}`
}

function unwritten({ log, acknowledged }: Evidence): string[] {
  const written = new Set(log.map(({ eventId }) => eventId))
  return [...acknowledged].filter((eventId) => !written.has(eventId))
}

/**
 * There must be a dead letter for each doomed event, and no others; repeated ones are explained.
 */
function wrongLetters({ letters, effects }: Evidence, rules: readonly PluginRule[]): string[] {
  const doomedFor = (slug: string) => rules.find((rule) => rule.slug === slug)!.isDoomed
  const innocent = letters.filter(({ plugin, eventId }) => !doomedFor(plugin)(eventId))
  const revived = effects.filter(({ plugin, eventId }) => doomedFor(plugin)(eventId))
  return [...innocent, ...revived].map(({ plugin, eventId }) => nameOf(plugin, eventId))
}

/** Compares each sample with the time at which everything below it was completed. */
function tooEarly(
  { commits, log: all }: Evidence,
  log: readonly LogEntry[],
  rules: readonly PluginRule[],
  done: Times,
): string[] {
  const known = new Map(log.map((entry) => [entry.eventId, entry]))
  const doneUs = ({ eventId, name }: LogEntry) =>
    rules
      .filter(({ wants }) => wants(name))
      .reduce((us, { slug }) => Math.max(us, done.get(nameOf(slug, eventId)) ?? Infinity), 0)
  const byPlace = Map.groupBy(all, placeOf)
  return [...byPlace].flatMap(([place, entries]) => {
    const samples = commits.filter((sample) => placeOf(sample) === place)
    let at = 0
    return samples.flatMap(({ committed, atUs }) => {
      const early: string[] = []
      for (; at < entries.length && entries[at]!.offset < committed; at++) {
        const entry = entries[at]!
        if (doneUs(known.get(entry.eventId)!) > atUs) {
          early.push(`${entry.eventId} at ${place}@${entry.offset}, committed ${committed}`)
        }
      }
      return early
    })
  })
}

function wentBack({ commits }: Evidence): string[] {
  const highest = new Map<string, number>()
  return commits.flatMap((sample) => {
    const place = placeOf(sample)
    const before = highest.get(place) ?? 0
    highest.set(place, Math.max(before, sample.committed))
    return sample.committed < before ? [`${place} from ${before} to ${sample.committed}`] : []
  })
}

function uncommitted({ ends }: Evidence): string[] {
  return ends
    .filter(({ committed, end }) => (committed ?? 0) !== end)
    .map((each) => `${placeOf(each)}: ${each.committed} of ${each.end}`)
}

function listed(what: string, each: readonly string[]): string[] {
  if (each.length === 0) return []
  const more = each.length > SHOWN ? `; and ${each.length - SHOWN} more` : ''
  return [`${each.length} ${what}: ${each.slice(0, SHOWN).join('; ')}${more}`]
}
