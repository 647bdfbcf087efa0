import type { ReplayPlan } from '../../replay/plan.ts'
import type { SeenReplica } from '../../status/status-table.ts'
import { CatchUps, type CatchUpsParts } from '../catch-ups/catch-ups.ts'
import type { PlanRow } from '../catch-ups/plan-row.ts'
import { planRows } from '../catch-ups/plan-rows.ts'
import type { Route } from '../http/route.ts'

export interface ReplayRouteParts extends CatchUpsParts {
  about(): object
  plans(): readonly ReplayPlan[]
  replicas(): readonly SeenReplica[]
}

/** Several pages ask for it every few seconds; brokers are asked once. */
const FRESH_MS = 2_000

/** Plans of replays and catch-ups, whoever carries them out. */
export function replayRoutes(parts: ReplayRouteParts): Route[] {
  const catchUps = new CatchUps(parts)
  const rows = freshRows(parts, catchUps)
  const path = '/api/plugins/:slug/catch-up'
  return [
    {
      ...{ method: 'GET', path: '/api/replays', role: 'viewer' },
      summary: 'Replays and catch-ups of the group, with their progress; those of commands, too',
      handle: async () => ({ ...parts.about(), plans: await rows() }),
    },
    {
      ...{ method: 'POST', path: `${path}/preview`, role: 'admin' },
      summary: 'What "plugins enable SLUG --from FROM" would deliver, and a token that starts it',
      body: ['from'],
      handle({ params: { slug = '' }, user, body }) {
        return catchUps.preview(slug, (body as { from: string }).from, user)
      },
    },
    {
      ...{ method: 'POST', path, role: 'admin' },
      summary: 'As "plugins enable SLUG --from FROM --yes", carried out by the replicas',
      body: ['token', 'why'],
      handle({ params: { slug = '' }, user, body }) {
        return catchUps.start(slug, { ...(body as { token: string; why: string }), user })
      },
    },
    {
      ...{ method: 'POST', path: `${path}/resume`, role: 'admin' },
      summary: 'Continues a catch-up that no console leads any more',
      body: ['why'],
      handle({ params: { slug = '' }, user, body }) {
        return catchUps.resume(slug, { ...(body as { why: string }), user })
      },
    },
    {
      ...{ method: 'POST', path: `${path}/abandon`, role: 'admin' },
      summary: 'As "replay --plugin SLUG --abandon": a plugin that was catching up stays disabled',
      body: ['why'],
      handle({ params: { slug = '' }, user, body }) {
        return catchUps.abandon(slug, { ...(body as { why: string }), user })
      },
    },
  ]
}

function freshRows(parts: ReplayRouteParts, catchUps: CatchUps) {
  const { kafka, config, clock, plans, replicas } = parts
  const ports = { kafka, groupId: config.KAFKA_GROUP_ID }
  let last: { atMs: number; rows: Promise<PlanRow[]> } | undefined
  return (): Promise<PlanRow[]> => {
    const atMs = clock.now()
    if (last === undefined || atMs - last.atMs >= FRESH_MS) {
      last = {
        atMs,
        rows: planRows(ports, plans(), {
          replicas: replicas(),
          isLed: (slug) => catchUps.isLed(slug),
        }),
      }
    }
    return last.rows
  }
}
