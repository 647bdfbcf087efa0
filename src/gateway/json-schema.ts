import type { JsonObject } from '../event/json.ts'
import { KEY_BYTES_MAX, KEY_LENGTH } from '../event/validation/key-length.ts'
import type { FieldRule, RecordShape, ScalarRule } from '../event/validation/shapes.ts'

/** The JSON Schema equivalent of what the validator checks. */
export function schemaOfShape(shape: RecordShape): JsonObject {
  const fields = Object.entries(shape)
  return {
    type: 'object',
    properties: Object.fromEntries(fields.map(([field, rule]) => [field, schemaOfRule(rule)])),
    required: fields.filter(([, rule]) => !isOptional(rule)).map(([field]) => field),
    additionalProperties: false,
  }
}

function isOptional(rule: FieldRule): boolean {
  return typeof rule === 'object' && 'optional' in rule
}

function schemaOfRule(rule: FieldRule): JsonObject {
  if (typeof rule === 'string') return LEAF_SCHEMAS[rule]
  if ('optional' in rule) return schemaOfRule(rule.optional)
  if ('scalar' in rule) return schemaOfScalar(rule.scalar)
  if ('mapOf' in rule) return { type: 'object', additionalProperties: schemaOfRule(rule.mapOf) }
  if ('oneOf' in rule) return { anyOf: rule.oneOf.map(schemaOfRule) }
  if ('listOf' in rule) return { type: 'array', items: schemaOfRule(rule.listOf) }
  return schemaOfShape(rule.record)
}

function schemaOfScalar({ expected, types, symbols }: ScalarRule): JsonObject {
  if (symbols !== undefined) return { type: 'string', enum: symbols }
  return { type: types.length === 1 ? types[0]! : types, description: expected }
}

const LEAF_SCHEMAS: { readonly [R in Extract<FieldRule, string>]: JsonObject } = {
  string: { type: 'string' },
  // JSON Schema counts characters; what has more bytes than that is refused all the same.
  id: { type: 'string', minLength: 1, maxLength: KEY_BYTES_MAX, description: KEY_LENGTH },
  time: {
    type: 'string',
    format: 'date-time',
    // RFC 3339 with at most microseconds and without leap seconds.
    pattern:
      '^\\d{4}-\\d\\d-\\d\\d[Tt]\\d\\d:\\d\\d:[0-5]\\d(\\.\\d{1,6})?([Zz]|[+-]\\d\\d:\\d\\d)$',
  },
  number: { type: 'number' },
  'node-type': { type: 'string', enum: ['stage', 'container', 'bundle'] },
  json: {},
  'json-object': { type: 'object' },
}
