import type { Route } from '../http/route.ts'
import type { Jobs } from '../jobs/jobs.ts'

/** What runs for someone, and how to stop it. */
export function jobRoutes(jobs: Pick<Jobs, 'rows' | 'stop'>): Route[] {
  return [
    {
      ...{ method: 'GET', path: '/api/jobs', role: 'viewer' },
      summary: 'What runs or has run since this console began: progress and result, newest first',
      handle: () => ({ jobs: jobs.rows() }),
    },
    {
      ...{ method: 'POST', path: '/api/jobs/:id/stop', role: 'operator' },
      summary: 'Stops a job; what it has done stays done. Needs the role that the job needed',
      handle: ({ params: { id = '' }, user }) => jobs.stop(id, user),
    },
  ]
}
