import { counted } from '../../util/text/counted.ts'
import type { User } from '../access/roles.ts'
import { Refused } from '../http/route.ts'
import type { JobRow } from '../jobs/job.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Previews } from '../previews.ts'
import {
  describePreview,
  LETTER_ACTIONS,
  type LetterAction,
  type LetterPreview,
  sortRows,
  TYPED_ABOVE,
} from '../view/dead-letters/letter-preview.ts'
import type { LetterRow } from '../view/dead-letters/letter-row.ts'
import { chooseRows } from '../view/dead-letters/letters.ts'
import type { PluginRow } from '../view/merge-plugins.ts'
import { filterFrom } from './filter-from.ts'
import { type ActionPorts, actionJob } from './run-action.ts'
import { sightOf } from './sight-of.ts'

export interface PreviewPorts extends ActionPorts {
  jobs: Pick<Jobs, 'start'>
  previews: Previews<LetterRow>
  /** The plugins as the replicas report them. */
  plugins(): readonly PluginRow[]
}

const PLACES_MAX = 1_000
const EVERY_PLUGIN = '*'

/** Names exactly what an action would be done to: places, or all that fit a filter now. */
export async function previewAction(
  ports: PreviewPorts,
  body: Readonly<Record<string, unknown>>,
  user: User,
): Promise<LetterPreview> {
  const action = actionFrom(body.action)
  await ports.letters.refresh()
  const sorted = sortRows(action, chosenRows(ports, body, user))
  const described = describePreview(action, sorted, noteOf(ports.plugins()))
  return { ...described, ...ports.previews.issue({ user: user.name, action }, sorted.named) }
}

function chosenRows(
  { letters: { index } }: PreviewPorts,
  { places, filter }: Readonly<Record<string, unknown>>,
  user: User,
): LetterRow[] {
  if (places === undefined) {
    const chosen = filterFrom(Object(filter), user)
    const rows = chosen.status === 'open' ? index.open() : index.settled()
    return chooseRows(rows, chosen, sightOf(user))
  }
  const isList = Array.isArray(places) && places.every((place) => typeof place === 'string')
  if (!isList || places.length > PLACES_MAX) {
    throw new Refused(400, `places: expected a list of at most ${PLACES_MAX} texts`)
  }
  const rows = [...new Set<string>(places)].map((place) => ({ place, row: index.at(place) }))
  const missing = rows.find(({ row }) => row === undefined)
  if (missing) throw new Refused(409, `there is no dead letter at ${missing.place} any more`)
  return rows.flatMap(({ row }) => row ?? [])
}

/** Begins what a preview showed, in the background. */
export function beginAction(
  ports: PreviewPorts,
  action: LetterAction,
  body: Readonly<Record<string, unknown>>,
  user: User,
): JobRow {
  const { token, why, count } = body as Record<'token' | 'why' | 'count', string>
  if (why.trim() === '') throw new Refused(400, 'why: expected a reason')
  return ports.previews.redeem({ user: user.name, action }, token, (named) => {
    if (named.length === 0) throw new Refused(409, 'the preview named no dead letter')
    if (named.length > TYPED_ABOVE && count.trim() !== String(named.length)) {
      throw new Refused(400, `count: expected ${named.length}, typed by hand`)
    }
    return ports.jobs.start(actionJob(ports, action, named, { by: user.name, why: why.trim() }))
  })
}

function actionFrom(value: unknown): LetterAction {
  const found = LETTER_ACTIONS.find((action) => action === value)
  if (found !== undefined) return found
  throw new Refused(400, `action: expected one of ${LETTER_ACTIONS.join(', ')}`)
}

/** What would keep a redrive from helping. */
function noteOf(plugins: readonly PluginRow[]): (slug: string) => string | null {
  const rows = new Map(plugins.map((row) => [row.slug, row]))
  return (slug) => {
    if (slug === EVERY_PLUGIN) return null
    const row = rows.get(slug)
    const state = row?.switched.state
    switch (state) {
      case 'enabled':
        return otherStates(row?.states ?? {})
      case 'paused':
        return 'it is paused: they wait until it is resumed'
      case 'disabled':
        return 'it is disabled: what is redriven to it now is skipped'
      case undefined:
        return 'no replica reports it: what is redriven to it now is skipped'
    }
  }
}

/** What the switch says may be older than what the replicas do. */
function otherStates(states: Readonly<Record<string, number>>): string | null {
  const others = Object.entries(states).filter(([state, count]) => state !== 'enabled' && count > 0)
  if (others.length === 0) return null
  const list = others.map(([state, count]) => `${state} in ${counted(count, 'replica')}`)
  return `it is ${list.join(', ')}: what is redriven to it now may be skipped`
}
