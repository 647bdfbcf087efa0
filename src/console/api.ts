import type { Role } from '../config/console-users.ts'
import type { Kinds } from '../event/kinds.ts'
import type { SwitchName } from '../operate/switch-plugins.ts'
import type { ReplayPlan } from '../replay/plan.ts'
import type { Clock } from '../util/clock.ts'
import type { Logger } from '../util/logger.ts'
import { version } from '../version.ts'
import { seesContent } from './access/visible-fields.ts'
import { type ActionPorts, switchFromConsole } from './actions.ts'
import type { CatchUpsParts } from './catch-ups/catch-ups.ts'
import type { FollowedLetters } from './dead-letters/followed-letters.ts'
import { maskedWhere } from './filters/masked-where.ts'
import type { FilterParts } from './filters/try-filter.ts'
import type { Followed } from './follow.ts'
import { Refused, type Route } from './http/route.ts'
import type { Jobs } from './jobs/jobs.ts'
import { Previews } from './previews.ts'
import { busiestRoutes } from './routes/busiest.ts'
import { deadLetterRoutes } from './routes/dead-letters.ts'
import { entityRoutes } from './routes/entities.ts'
import { eventRoutes } from './routes/events.ts'
import { filterRoutes } from './routes/filters.ts'
import { jobRoutes } from './routes/jobs.ts'
import { replayRoutes } from './routes/replays.ts'
import type { EventParts } from './search/parts.ts'
import type { Snapshot } from './snapshot.ts'
import type { PluginRow } from './view/merge-plugins.ts'
import { mergeMinutes } from './view/minutes.ts'
import { partitionsView } from './view/partitions.ts'

export interface ApiParts extends Omit<ActionPorts, 'known'> {
  letters: FollowedLetters
  followed: Pick<Followed, 'audit' | 'status' | 'plans' | 'unreadable'>
  snapshot(options?: { isFresh?: boolean }): Snapshot
  jobs: Pick<Jobs, 'start' | 'rows' | 'stop'>
  events: EventParts
  config: CatchUpsParts['config']
  clock: Clock
  log: Pick<Logger, 'warn'>
  kinds: Kinds
  peek: FilterParts['peek']
}

/** What makes events be missed needs more than what makes them wait. */
const SWITCHES: Record<SwitchName, Role> = {
  pause: 'operator',
  resume: 'operator',
  disable: 'admin',
  enable: 'admin',
}

/** Every route of the API that has a role, in the order of the documentation. */
export function apiRoutes(parts: ApiParts): Route[] {
  const { snapshot, followed, groupId } = parts
  const about = (at: Snapshot) => ({
    ...{ group: groupId, version, atMs: at.atMs, isCurrent: followed.unreadable().length === 0 },
  })
  return [
    {
      ...{ method: 'GET', path: '/api/overview', role: 'viewer' },
      summary: 'Whether the group is well, and what needs attention first',
      handle() {
        const at = snapshot()
        return { ...about(at), ...at.overview }
      },
    },
    {
      ...{ method: 'GET', path: '/api/plugins', role: 'viewer' },
      summary: 'The plugins, each over all replicas that report',
      handle() {
        const at = snapshot()
        return {
          ...about(at),
          plugins: at.plugins.map((row) => ({ ...row, errors: [], description: null })),
        }
      },
    },
    {
      ...{ method: 'GET', path: '/api/plugins/:slug', role: 'viewer' },
      summary: 'One plugin, with its recent errors and its last hour',
      handle({ params: { slug = '' }, user }) {
        const at = snapshot()
        const plugin = at.plugins.find((row) => row.slug === slug)
        if (plugin === undefined) throw new Refused(404, 'no replica that reports runs this plugin')
        const shown = seesContent(user) ? plugin : withMaskedWhere(plugin)
        return { ...about(at), plugin: shown, minutes: mergeMinutes(at.replicas, slug) }
      },
    },
    {
      ...{ method: 'GET', path: '/api/partitions', role: 'viewer' },
      summary: 'Who owns which partition, and how each replica does',
      handle() {
        const at = snapshot()
        return { ...about(at), ...partitionsView(at.replicas, at.atMs) }
      },
    },
    {
      ...{ method: 'GET', path: '/api/audit', role: 'viewer' },
      summary: 'Who did what to the group, newest first',
      handle: () => ({ ...about(snapshot()), ...followed.audit.view() }),
    },
    ...eventRoutes(parts.events, parts.clock),
    ...entityRoutes(parts.events),
    ...Object.entries(SWITCHES).map(([name, role]) => switchRoute(name as SwitchName, role, parts)),
    ...deadLetterRoutes({
      ...{ ...parts, version, events: parts.events.reader, visible: parts.events.visible },
      plugins: () => snapshot().plugins,
    }),
    ...jobRoutes(parts.jobs),
    ...replayRoutes(replayParts(parts, () => about(snapshot()))),
    ...filterRoutes({
      ...{ ...parts, ...parts.events, topics: parts.config.KAFKA_TOPICS },
      plugins: () => snapshot().plugins,
    }),
    ...busiestRoutes({ ...parts, replicas: () => snapshot().replicas }),
  ]
}

function withMaskedWhere(plugin: PluginRow): PluginRow {
  const { description } = plugin
  if (description === null || description.where === null) return plugin
  return { ...plugin, description: { ...description, where: maskedWhere(description.where) } }
}

function replayParts(parts: ApiParts, about: () => object) {
  const { snapshot, followed } = parts
  return {
    ...{ ...parts, about, plans: () => followed.plans(), peek: parts.peek },
    previews: new Previews<ReplayPlan>(parts.clock),
    replicas: () => snapshot().replicas,
    descriptionOf: (slug: string) =>
      snapshot().plugins.find((row) => row.slug === slug)?.description ?? undefined,
    events: () => snapshot().overview.events,
    minutesOf: (slug: string) => mergeMinutes(snapshot().replicas, slug),
  }
}

function switchRoute(command: SwitchName, role: Role, parts: ApiParts): Route {
  const known = () => parts.snapshot({ isFresh: true }).plugins.map(({ slug }) => slug)
  return {
    ...{ method: 'POST', path: `/api/plugins/:slug/${command}`, role },
    summary: `As "plugins ${command} SLUG --why WHY"`,
    body: ['why'],
    handle: ({ params: { slug = '' }, user, body }) => {
      const { why } = body as { why: string }
      return switchFromConsole({ ...parts, known }, command, slug, { user, why })
    },
  }
}
