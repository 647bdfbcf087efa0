import type { JsonObject, JsonValue } from '../event/json.ts'
import { type Kind, type Kinds, kindNames } from '../event/kinds.ts'
import { UNKNOWN_EVENT_SHAPE } from '../event/validation/validate.ts'
import { version } from '../version.ts'
import { JSON_LINES_TYPES, JSON_TYPES } from './http/read-body.ts'
import type { IntakeRoute } from './intake-route.ts'
import { schemaOfShape } from './json-schema.ts'
import { SENT_EVENT_SHAPE } from './read-plugin-event.ts'
import { SIGNATURE_SCHEME } from './webhook-route.ts'

/** The OpenAPI document of the enabled routes, derived from the shapes that validate events. */
export function openApiDocument({ kinds, routes, maxEvents }: OpenApiOptions): JsonObject {
  return {
    openapi: '3.1.0',
    info: { title: 'inventory-events gateway', version, description: DESCRIPTION },
    paths: Object.fromEntries(
      routes.map((route) => [route.path, { post: operationOf(route, maxEvents) }]),
    ),
    components: {
      schemas: { ...eventSchemas(kinds), Taken, Problem },
      securitySchemes: {
        signature: { ...SIGNATURE_SCHEME },
        bearer: { type: 'http', scheme: 'bearer' },
      },
    },
  }
}

const DESCRIPTION =
  'Integers beyond 2^53 are rejected, because JSON parsers round them; send them as strings.'

export interface OpenApiOptions {
  kinds: Kinds
  routes: readonly IntakeRoute[]
  maxEvents: number
}

function operationOf({ operation, eventSchema }: IntakeRoute, maxEvents: number): JsonObject {
  const event = reference(eventSchema)
  const list = { type: 'array', items: event, minItems: 1, maxItems: maxEvents }
  const content = [
    ...JSON_TYPES.map((type) => [type, { schema: { anyOf: [event, list] } }]),
    // OpenAPI 3.1 cannot describe JSON Lines; each item of the list is a line.
    ...JSON_LINES_TYPES.map((type) => [type, { schema: list }]),
  ]
  return {
    ...operation,
    requestBody: { required: true, content: Object.fromEntries(content) },
    responses: RESPONSES,
  }
}

function eventSchemas(kinds: Kinds): JsonObject {
  const ofKinds = [...kinds.values()].map((kind) => [schemaNameOf(kind), schemaOf(kind)] as const)
  const names = [...ofKinds.map(([name]) => name), 'UnknownEvent']
  return {
    ...Object.fromEntries(ofKinds),
    UnknownEvent: unknownEvent(kinds),
    WebhookEvent: { anyOf: names.map(reference) },
    PluginEvent: schemaOfShape(SENT_EVENT_SHAPE),
  }
}

function schemaOf({ name, shape }: Kind): JsonObject {
  const schema = schemaOfShape(shape)
  const properties = { ...(schema.properties as JsonObject), kind: { const: name } }
  return { ...schema, properties }
}

function schemaNameOf({ record }: Kind): string {
  return record.replace(/^inventory_events\./, '')
}

function unknownEvent(kinds: Kinds): JsonObject {
  const schema = schemaOfShape(UNKNOWN_EVENT_SHAPE)
  const fields = schema.properties as { [field: string]: JsonObject }
  const kind = { ...fields.kind, not: { enum: kindNames(kinds) } }
  const properties = { ...fields, kind }
  const description = 'An event of a kind that this version has no schema for.'
  return { ...schema, description, properties, additionalProperties: true }
}

function reference(name: string): JsonObject {
  return { $ref: `#/components/schemas/${name}` }
}

const Taken: JsonObject = {
  type: 'object',
  properties: { ids: { type: 'array', items: { type: 'string' } } },
  required: ['ids'],
}

const FieldProblem: JsonObject = {
  type: 'object',
  properties: {
    index: { type: 'integer', description: 'The index of the event in the request, from 0.' },
    field: { type: 'string', description: 'Such as entity.quantity; empty for the event itself.' },
    expected: { type: 'string' },
    got: { type: 'string' },
  },
  required: ['index', 'field', 'expected', 'got'],
}

const Problem: JsonObject = {
  type: 'object',
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    errors: { type: 'array', items: FieldProblem },
  },
  required: ['type', 'title', 'status', 'detail'],
}

const RETRY_AFTER: JsonObject = {
  'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer' } },
}

const RESPONSES: JsonObject = {
  202: {
    description:
      'Kafka has acknowledged every event. Returns their ids in the order of the request.',
    content: { 'application/json': { schema: reference('Taken') } },
  },
  401: problem('The signature or the token is missing or wrong.'),
  413: problem('The body, the number of events or one of the events is too large.'),
  415: problem('The body has an unsupported media type or is compressed.'),
  422: problem(
    'At least one event is invalid; nothing was published. Each invalid field is named.',
  ),
  429: problem('Too many requests in flight.', RETRY_AFTER),
  503: problem('Kafka is unavailable, or the gateway is stopping.', RETRY_AFTER),
}

function problem(description: string, headers?: JsonValue): JsonObject {
  const content = { 'application/problem+json': { schema: reference('Problem') } }
  return { description, content, ...(headers !== undefined && { headers }) }
}
