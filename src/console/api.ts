import type { Role } from '../config/console-users.ts'
import type { SwitchName } from '../operate/switch-plugins.ts'
import { version } from '../version.ts'
import { type ActionPorts, switchFromConsole } from './actions.ts'
import type { Followed } from './follow.ts'
import { Refused, type Route } from './http/route.ts'
import { entityRoutes } from './routes/entities.ts'
import { eventRoutes } from './routes/events.ts'
import type { EventParts } from './search/parts.ts'
import type { Snapshot } from './snapshot.ts'
import { mergeMinutes } from './view/minutes.ts'
import { partitionsView } from './view/partitions.ts'

export interface ApiParts extends Omit<ActionPorts, 'known'> {
  followed: Pick<Followed, 'audit' | 'status'>
  snapshot(options?: { isFresh?: boolean }): Snapshot
  events: EventParts
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
    ...{ group: groupId, version, atMs: at.atMs, isCurrent: followed.status.isCurrent },
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
        return { ...about(at), plugins: at.plugins.map((row) => ({ ...row, errors: [] })) }
      },
    },
    {
      ...{ method: 'GET', path: '/api/plugins/:slug', role: 'viewer' },
      summary: 'One plugin, with its recent errors and its last hour',
      handle({ params: { slug = '' } }) {
        const at = snapshot()
        const plugin = at.plugins.find((row) => row.slug === slug)
        if (plugin === undefined) throw new Refused(404, 'no replica that reports runs this plugin')
        return { ...about(at), plugin, minutes: mergeMinutes(at.replicas, slug) }
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
  ]
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
