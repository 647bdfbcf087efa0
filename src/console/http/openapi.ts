import { version } from '../../version.ts'
import type { Route } from './route.ts'

/** Describes the API, from the table of its routes. */
export function openApi(routes: readonly Route[]): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'inventory-events console', version },
    paths,
    components: { securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: 'session' } } },
    security: [{ session: [] }],
  }
}

function operationOf({ path, role, summary, body, query = [], method }: Route): object {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name)
  const text = { type: 'string' }
  const fields = Object.fromEntries((body ?? []).map((name) => [name, text]))
  const schema = { type: 'object', required: body, properties: fields }
  return {
    summary,
    'x-role': role,
    parameters: [
      ...names.map((name) => ({ name, in: 'path', required: true, schema: text })),
      ...query.map((name) => ({ name, in: 'query', schema: text })),
    ],
    ...(method === 'POST' &&
      body && { requestBody: { content: { 'application/json': { schema } } } }),
    responses: {
      200: { description: 'done, or the answer' },
      304: { description: 'as the If-None-Match says' },
      401: { description: 'no session' },
      403: { description: 'not the role, or not from a page of the console' },
    },
  }
}
