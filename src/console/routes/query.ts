import { parseTimeOrAge, rangeProblem } from '../../event/time/relative-time.ts'
import { type Call, Refused } from '../http/route.ts'

const TEXT_CHARS_MAX = 1_024
/** Cursors have an offset for each partition. */
const CURSORS = ['cursor', 'older', 'further']
const CURSOR_CHARS_MAX = 12_000

/** The texts of a query; an empty one counts as none. Throws Refused for what is no text, or too long. */
export function textsIn(query: Call['query']): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => {
      const charsMax = CURSORS.includes(name) ? CURSOR_CHARS_MAX : TEXT_CHARS_MAX
      if (typeof value !== 'string' || value.length > charsMax) {
        throw new Refused(400, `${name}: expected one text of at most ${charsMax} characters`)
      }
      return [name, value === '' ? undefined : value]
    }),
  )
}

/** Nothing has an empty id, key or place. */
export function required({ query }: Call, name: string): string {
  const text = textsIn(query)[name]
  if (text === undefined) throw new Refused(404, `${name}: expected one`)
  return text
}

/** As the commands take it: `--entity`, `--from` and `--to`. */
export function rangeIn(query: Call['query'], nowMs: number) {
  const { entity, from, to } = textsIn(query)
  const fromMs = momentIn('from', from, nowMs)
  const toMs = momentIn('to', to, nowMs)
  const problem = rangeProblem({ fromMs, toMs }, nowMs)
  if (problem !== undefined) throw new Refused(400, problem)
  return {
    ...(entity !== undefined && { entity }),
    ...(fromMs !== undefined && { fromMs }),
    ...(toMs !== undefined && { toMs }),
  }
}

export function placeIn(text: string): { topic: string; partition: number; offset: number } {
  const [, topic, partition, offset] = /^([\w.-]{1,249})\/(\d{1,9})@(\d{1,15})$/.exec(text) ?? []
  if (topic === undefined) throw new Refused(404, 'place: expected topic/partition@offset')
  return { topic, partition: Number(partition), offset: Number(offset) }
}

function momentIn(name: string, text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined
  const moment = parseTimeOrAge(text, nowMs)
  if (moment !== undefined) return moment
  throw new Refused(400, `${name}: expected a time such as 2026-01-31T08:00:00Z, or 36h`)
}
