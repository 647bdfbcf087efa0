import type { Evidence, LogEntry, SeenEffect } from './evidence.ts'
import type { PluginRule } from './plugin-rules.ts'

export interface Verdict {
  published: number
  lost: number
  /** Calls of handlers for what had been completed before. */
  duplicates: number
  orderBreaks: number
  longestPauseMs: number
  /** Empty if all is well. */
  problems: string[]
}

const SHOWN = 5

/** Judges by the effects and the topics themselves, not by what the service counted. */
export function judge(found: Evidence, rules: readonly PluginRule[]): Verdict {
  const log = firstsOf(found.log)
  const firsts = firstEffects(found.effects)
  const done = doneTimes(firsts, found.letters)
  const lost = lostOf(log, rules, done)
  const duplicates = duplicatesOf(found.effects)
  const strange = duplicates.filter((pair) => !pair.some(({ pid }) => found.victims.has(pid)))
  const breaks = orderBreaks(log, firsts)
  return {
    published: log.length,
    lost: lost.length,
    duplicates: duplicates.length,
    orderBreaks: breaks.length,
    longestPauseMs: longestPauseMs(found.effects),
    problems: [
      ...told('acknowledged, but not in the topic', unwritten(found)),
      ...told('lost', lost),
      ...told('done twice though nobody was hurt', strange.map(pairText)),
      ...told('out of order', breaks),
      ...told('wrong dead letters', wrongLetters(found, rules)),
      ...told('committed before it was done', tooEarly(found, log, rules, done)),
      ...told('committed offset went back', wentBack(found)),
      ...told('not committed', uncommitted(found)),
      ...(found.unaccounted === 0 ? [] : [`${found.unaccounted} deliveries unaccounted for`]),
    ],
  }
}

type Times = ReadonlyMap<string, number>

const nameOf = (plugin: string, eventId: string) => `${plugin} ${eventId}`

/** A publisher that tried again may have written an event twice: the first one counts. */
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
      .map(({ eventId, partition, offset }) => `${slug} ${eventId} at ${partition}@${offset}`),
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

function pairText([before, after]: [SeenEffect, SeenEffect]): string {
  const laterMs = Math.round((after.atUs - before.atUs) / 1_000)
  const { plugin, eventId, partition, offset } = after
  return `${plugin} ${eventId} at ${partition}@${offset}: process ${before.pid}, ${laterMs} ms later ${after.pid}`
}

/** First effects of a key must come in the order of its first records. */
function orderBreaks(log: readonly LogEntry[], firsts: readonly SeenEffect[]): string[] {
  const places = new Map(log.map(({ eventId, offset }) => [eventId, offset]))
  const last = new Map<string, { place: number; eventId: string }>()
  return firsts.flatMap(({ plugin, key, eventId }) => {
    const lane = `${plugin} ${key}`
    const before = last.get(lane)
    const place = places.get(eventId) ?? -1
    if (before === undefined || before.place < place) last.set(lane, { place, eventId })
    return before !== undefined && before.place > place
      ? [`${lane}: ${eventId} after ${before.eventId}`]
      : []
  })
}

function longestPauseMs(effects: readonly SeenEffect[]): number {
  const last = new Map<number, number>()
  let longestUs = 0
  for (const { partition, atUs } of effects) {
    longestUs = Math.max(longestUs, atUs - (last.get(partition) ?? atUs))
    last.set(partition, atUs)
  }
  return Math.round(longestUs / 1_000)
}

function unwritten({ log, acknowledged }: Evidence): string[] {
  const written = new Set(log.map(({ eventId }) => eventId))
  return [...acknowledged].filter((eventId) => !written.has(eventId))
}

/** One for each doomed event, and no others; what came twice is a duplicate that was explained. */
function wrongLetters({ letters, effects }: Evidence, rules: readonly PluginRule[]): string[] {
  const doomedFor = (slug: string) => rules.find((rule) => rule.slug === slug)!.isDoomed
  const innocent = letters.filter(({ plugin, eventId }) => !doomedFor(plugin)(eventId))
  const revived = effects.filter(({ plugin, eventId }) => doomedFor(plugin)(eventId))
  return [...innocent, ...revived].map(({ plugin, eventId }) => nameOf(plugin, eventId))
}

/** Each sample against the time at which everything below it was done. */
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
  const byPartition = Map.groupBy(all, ({ partition }) => partition)
  return [...byPartition].flatMap(([partition, entries]) => {
    const samples = commits.filter((sample) => sample.partition === partition)
    let at = 0
    return samples.flatMap(({ committed, atUs }) => {
      const early: string[] = []
      for (; at < entries.length && entries[at]!.offset < committed; at++) {
        const entry = entries[at]!
        if (doneUs(known.get(entry.eventId)!) > atUs) {
          early.push(`${entry.eventId} at ${partition}@${entry.offset}, committed ${committed}`)
        }
      }
      return early
    })
  })
}

function wentBack({ commits }: Evidence): string[] {
  const highest = new Map<number, number>()
  return commits.flatMap(({ partition, committed }) => {
    const before = highest.get(partition) ?? 0
    highest.set(partition, Math.max(before, committed))
    return committed < before ? [`partition ${partition} from ${before} to ${committed}`] : []
  })
}

function uncommitted({ ends }: Evidence): string[] {
  return ends
    .filter(({ committed, end }) => (committed ?? 0) !== end)
    .map(({ partition, committed, end }) => `partition ${partition}: ${committed} of ${end}`)
}

function told(what: string, each: readonly string[]): string[] {
  if (each.length === 0) return []
  const more = each.length > SHOWN ? `; and ${each.length - SHOWN} more` : ''
  return [`${each.length} ${what}: ${each.slice(0, SHOWN).join('; ')}${more}`]
}
