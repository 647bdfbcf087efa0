import type { Role } from '../../src/config/console-users.ts'
import type { RunningConsole } from './console.ts'
import { until } from './stack.ts'

/** What a page asks of the console, after the login of a role. */
export async function consoleApi({ url, token }: RunningConsole, role: Role) {
  const headers = { origin: url, 'content-type': 'application/json' }
  const login = await fetch(`${url}/api/session`, {
    ...{ method: 'POST', headers, body: JSON.stringify({ token: token(role) }) },
  })
  const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? ''

  /** Throws what the page would show. */
  async function textOf(path: string, body?: object): Promise<string> {
    const how = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
    const response = await fetch(`${url}/api${path}`, { headers: { ...headers, cookie }, ...how })
    const text = await response.text()
    if (!response.ok) throw new Error(`${response.status} ${text}`)
    return text
  }

  const ask = async <T>(path: string, body?: object) => JSON.parse(await textOf(path, body)) as T

  return {
    ask,
    /** Starts a catch-up by the replicas, once they have reported. */
    async catchUp(slug: string, from = '1h'): Promise<void> {
      const path = `/plugins/${slug}/catch-up`
      const { token } = await until(() => ask<{ token: string }>(`${path}/preview`, { from }), {
        what: 'the preview of a catch-up',
      })
      await ask(path, { token, why: 'because of a test' })
    },
    /** Continues what no console leads any more. */
    resume: (slug: string) =>
      until(() => ask<object>(`/plugins/${slug}/catch-up/resume`, { why: 'because of a test' }), {
        what: 'the catch-up to be resumed',
      }),
    /** Lines of JSON. */
    tryFilter: (body: { where: string; from: string }) =>
      textOf('/filters/try', { plugin: '', to: '', entity: '', ...body }),
    abandon: (slug: string) =>
      ask<object>(`/plugins/${slug}/catch-up/abandon`, { why: 'because of a test' }),
    async planOf(slug: string) {
      const { plans } = await ask<{ plans: CatchUpRow[] }>('/replays')
      return plans.find((plan) => plan.slug === slug)
    },
  }
}

interface CatchUpRow {
  slug: string
  state: string
  left: number | null
  replicas: { replica: string; problem: string | null }[]
}
