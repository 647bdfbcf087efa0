import { expect, it } from 'vitest'
import { INVENTORY_KINDS, kindNames } from '../../../src/event/kinds.ts'
import { gateway } from './gateway-kit.ts'

interface Document {
  openapi: string
  paths: Record<string, { post: { responses: object; security: object[] } }>
  components: { schemas: Record<string, Schema>; securitySchemes: object }
}

interface Schema {
  properties?: Record<string, { const?: string }>
  required?: string[]
  additionalProperties?: boolean
}

it('is served, and describes the routes and every kind by the shapes of the validator', async () => {
  const { url } = await gateway()
  const response = await fetch(`${url}/openapi.json`)
  const { openapi, paths, components } = (await response.json()) as Document
  expect(openapi).toBe('3.1.0')
  expect(Object.keys(paths)).toEqual(['/webhooks/inventory', '/events'])
  const kinds = Object.values(components.schemas).map(({ properties }) => properties?.kind?.const)
  expect(kinds.filter((kind) => kind !== undefined)).toEqual(kindNames(INVENTORY_KINDS))
  expect(components.schemas.InventoryWasted).toMatchObject({
    required: ['kind', 'id', 'time', 'transactionId', 'flowId', 'entityId'],
    additionalProperties: false,
  })
  expect(Object.keys(components.schemas.PluginEvent?.properties ?? {})).toEqual([
    ...['event', 'args', 'kwargs', 'id', 'time'],
  ])
})

it('has no dangling references', async () => {
  const { url } = await gateway()
  const text = await (await fetch(`${url}/openapi.json`)).text()
  const { components } = JSON.parse(text) as Document
  const names = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name!)
  expect(names.length).toBeGreaterThan(10)
  expect(names.filter((name) => components.schemas[name] === undefined)).toEqual([])
})

it('has no security requirement for an open route', async () => {
  const { url } = await gateway({ isOpen: true })
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as Document
  expect(paths['/webhooks/inventory']?.post.security).toEqual([])
  expect(paths['/events']?.post.security).toEqual([{ bearer: [] }])
})
