import { MOMENTS, parseTimeOrAge, rangeProblem } from '../../event/time/relative-time.ts'
import type { Clock } from '../../util/clock.ts'
import { EVERYTHING, knownFilters } from '../filters/described-plugin.ts'
import { readWhere } from '../filters/read-where.ts'
import { type FilterParts, type FilterWish, prepareTrial } from '../filters/try-filter.ts'
import { Refused, type Route } from '../http/route.ts'
import type { Searches, SearchLimits } from '../http/stream.ts'
import type { PluginRow } from '../view/merge-plugins.ts'

export interface FilterRouteParts extends FilterParts {
  searches: Searches
  plugins(): readonly PluginRow[]
  clock: Pick<Clock, 'now'>
}

/** A trial reads more than a search does: that is what it is for. */
const LIMITS: SearchLimits = {
  records: 200_000,
  bytes: 256 * 1024 * 1024,
  results: 1,
  timeMs: 60_000,
}

/** Filters as data, tried on past events. No code of anyone's is run. */
export function filterRoutes(parts: FilterRouteParts): Route[] {
  return [
    {
      ...{ method: 'POST', path: '/api/filters/check', role: 'reader' },
      summary: 'What is wrong with a "where", each with its place and what was expected',
      body: ['where', 'plugin'],
      handle({ body }) {
        const { where, plugin } = body as Record<string, string>
        const known = knownFilters(descriptionOf(parts, plugin!) ?? EVERYTHING)
        return { problems: readWhere(parts.kinds, where!, known.plugin).problems }
      },
    },
    {
      ...{ method: 'POST', path: '/api/filters/try', role: 'reader' },
      summary:
        'As "filters backtest --from FROM --to TO": what a "where" matches, and with a plugin what it would gain and lose. Lines of JSON; fields of events as the role may see them',
      body: ['where', 'plugin', 'from', 'to', 'entity'],
      handle({ body, user }) {
        const trial = prepareTrial(parts, wishOf(parts, body as Record<string, string>), user)
        return parts.searches.answer<never>(user.name, LIMITS, trial)
      },
    },
  ]
}

function wishOf(parts: FilterRouteParts, body: Record<string, string>): FilterWish {
  const nowMs = parts.clock.now()
  const { where = '', plugin = '', from = '', to = '', entity = '' } = body
  const fromMs = timeOf('from', from, nowMs)
  const toMs = to === '' ? undefined : timeOf('to', to, nowMs)
  const problem = rangeProblem({ fromMs, toMs }, nowMs)
  if (problem !== undefined) throw new Refused(400, problem)
  return {
    ...{ where, plugin: descriptionOf(parts, plugin), fromMs, toMs },
    entity: entity === '' ? undefined : entity,
  }
}

/** Null without a plugin. */
function descriptionOf({ plugins }: FilterRouteParts, slug: string) {
  if (slug === '') return null
  const found = plugins().find((each) => each.slug === slug)
  if (found?.description) return found.description
  throw new Refused(404, `no replica that reports has said what ${slug} wants`)
}

export function timeOf(name: string, text: string, nowMs: number): number {
  const ms = parseTimeOrAge(text, nowMs)
  if (ms !== undefined) return ms
  throw new Refused(400, `${name}: expected ${MOMENTS}`)
}
