import type { Sent } from './load.ts'

const EXPECTED = [202, 429, 503]

/** Returns all problems. `found` has the number of records per id in Kafka. */
export function verdictOf(
  sent: Sent,
  found: ReadonlyMap<string, number>,
  exit: number | null,
): string[] {
  const { statuses, withoutRetryAfter } = sent
  const lost = [...statuses].filter(([id, status]) => isGood(status) && !found.has(id))
  const odd = [...new Set(statuses.values())].filter((status) => !EXPECTED.includes(status))
  const seen = (status: number) => [...statuses.values()].includes(status)
  return [
    ...(lost.length > 0 ? [`${lost.length} answered 2xx are not in Kafka: ${idsOf(lost)}`] : []),
    ...(odd.length > 0 ? [`answers that nobody expects: ${odd.join(', ')}`] : []),
    ...(seen(202) ? [] : ['no event was taken']),
    ...(seen(503) ? [] : ['no event was refused: the brokers were not away']),
    ...(withoutRetryAfter > 0
      ? [`${withoutRetryAfter} refusals did not say when to come again`]
      : []),
    ...(exit === 0 ? [] : [`the gateway ended with ${exit}`]),
  ]
}

export function report(sent: Sent, found: ReadonlyMap<string, number>): string {
  const { statuses, errors, seconds, latencyMs } = sent
  const ids = [...statuses]
  const taken = ids.filter(([, status]) => isGood(status))
  const inKafka = (some: [string, number][]) => some.filter(([id]) => found.has(id)).length
  const refused = ids.filter(([, status]) => !isGood(status))
  const twice = [...found.values()].filter((count) => count > 1).length
  return `${seconds} s, ${ids.length} answers, ${errors} requests without one
answered 202: ${taken.length}, of them in Kafka: ${inKafka(taken)}, ${Math.round(taken.length / seconds)} in a second
answered 429 or 503: ${refused.length}, of them in Kafka all the same: ${inKafka(refused)}
in Kafka: ${found.size} events, ${twice} of them more than once
latency: p50 ${latencyMs.p50} ms, p99 ${latencyMs.p99} ms, at most ${latencyMs.max} ms
`
}

const IDS_SHOWN = 20

function idsOf(entries: readonly (readonly [string, number])[]): string {
  const ids = entries.slice(0, IDS_SHOWN).map(([id]) => id)
  return entries.length > IDS_SHOWN ? `${ids.join(', ')} …` : ids.join(', ')
}

function isGood(status: number): boolean {
  return status >= 200 && status < 300
}
