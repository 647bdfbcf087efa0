import type { Event } from '../../event/event.ts'
import type { JsonObject } from '../../event/json.ts'
import type { Path } from '../../event/path.ts'
import { checkJson, isPlainObject } from '../../event/validation/check-json.ts'
import { formatProblem, Problems } from '../../event/validation/problem.ts'
import { deepFreeze } from '../../util/deep-freeze.ts'
import { InventoryEventsError, messageOf } from '../../util/errors.ts'
import { COST, spend, spentBytes } from '../binary/decode-limits.ts'
import { failure } from '../binary/tap.ts'
import { leadingFields } from '../projection/leading-fields.ts'
import { createProjection, projectDecoded, slotsAt } from '../projection/projection.ts'
import { type ContractSchema, UNKNOWN_EVENT } from '../schema/contract-schemas.ts'
import { parseType } from '../schema/parse-type.ts'
import { isSameShape } from '../schema/same-shape.ts'
import type { RecordNode } from '../schema/type-node.ts'
import { contentReader, resolvedReader } from '../types/compile-reader.ts'
import type { Read } from '../types/scalars.ts'
import { undecodable } from '../wire-format.ts'
import type { Peeked, Projection, WriterSchema } from '../writer-schema.ts'
import { assertId, emptyId, readPayload } from './read-payload.ts'

/** A producer's version of a contract schema. */
export function contractWriterSchema(
  contract: ContractSchema,
  writer: RecordNode,
  maxBytes: number,
): WriterSchema {
  const ours = contractNode(contract)
  const complete = contract.fullName === UNKNOWN_EVENT ? parsedEvent : (event: JsonObject) => event
  const resolved = resolve(contract, ours, writer)
  const unreadable = typeof resolved === 'string' ? resolved : undefined
  const readContent = contentReader(writer, ours)
  // Of an own kind, the event shows logical types as text, which other versions may show differently.
  const saysAll = !contract.isOwn && isSameShape(writer, ours)
  return {
    fullName: contract.fullName,
    isContract: true,
    unreadable,
    peek: peekBy(contract, writer),
    decode(value) {
      if (typeof resolved === 'string') throw incompatible(contract, resolved)
      return assertId(complete(readPayload(value, resolved, maxBytes)) as unknown as Event)
    },
    get decodedBytes() {
      return spentBytes()
    },
    projection(paths) {
      if (typeof resolved === 'string') return unprojectable(contract, resolved)
      const decode = (value: Buffer) => complete(readPayload(value, resolved, maxBytes))
      if (contract.fullName === UNKNOWN_EVENT) return projectDecoded(paths, decode)
      return createProjection(paths, writer, ours, kindCompletion(contract, paths))
    },
    decodeAsWritten(value, event) {
      if (saysAll && event !== undefined) return event as unknown as JsonObject
      const content = complete(readPayload(value, readContent, maxBytes))
      return contract.name === undefined ? content : { id: '', kind: contract.name, ...content }
    },
  }
}

const nodes = new WeakMap<ContractSchema, RecordNode>()

/** The reader's type of a contract schema, created once. */
function contractNode(contract: ContractSchema): RecordNode {
  const known = nodes.get(contract)
  if (known !== undefined) return known
  const node = parseType(contract.schema) as RecordNode
  nodes.set(contract, node)
  return node
}

/** Returns the resolving reader, or why this version can't read the writer's schema. */
function resolve({ name }: ContractSchema, ours: RecordNode, writer: RecordNode): Read | string {
  try {
    return resolvedReader(
      writer,
      ours,
      name === undefined ? undefined : { name: 'kind', value: name },
    )
  } catch (error) {
    return messageOf(error)
  }
}

function unprojectable(contract: ContractSchema, why: string): Projection {
  return () => {
    throw incompatible(contract, why)
  }
}

/** Sets `kind`, which is not a field of schemas whose record name implies it. */
function kindCompletion({ name }: ContractSchema, paths: readonly Path[]) {
  const kinds = slotsAt(paths, 'kind')
  return (slots: unknown[]) => {
    for (const slot of kinds) slots[slot] = name
  }
}

function incompatible({ fullName }: ContractSchema, why: string): InventoryEventsError {
  const message = `this version can't read the schema of ${fullName}: ${why}`
  return new InventoryEventsError('SCHEMA_INCOMPATIBLE', message)
}

/** The field that holds the event's name; undefined if the record's full name implies it. */
function nameField({ name, fullName }: ContractSchema): string | undefined {
  if (name !== undefined) return undefined
  return fullName === UNKNOWN_EVENT ? 'kind' : 'name'
}

function peekBy(contract: ContractSchema, writer: RecordNode) {
  const leading = leadingFields(nameField(contract), writer)
  return function peek(bytes: Buffer, start = 0, end = bytes.length): Peeked {
    if (leading === undefined) return { name: contract.name, id: undefined }
    const { id, name = contract.name } = leading(bytes, start, end)
    if (id.start === id.end) throw emptyId()
    return { name, id }
  }
}

/** The leading fields override the JSON text, because filters were evaluated with them. */
function parsedEvent({ id, kind, time, json }: JsonObject): JsonObject {
  const parsed = parse(json as string)
  const problems = new Problems()
  checkJson(parsed, 'json', problems)
  const [problem] = problems.list
  if (problem !== undefined) throw undecodable(formatProblem(problem))
  if (!isPlainObject(parsed)) throw undecodable('json: expected an object')
  return deepFreeze({ ...(parsed as JsonObject), id, kind, time } as JsonObject)
}

/** Counts what parsing makes of JSON text: a list or an object takes far more than its brackets. */
function spendJson(text: string): void {
  let bytes = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === COMMA) bytes += COST.item
    else if (code === COLON) bytes += COST.entry
    else if (code === BRACE || code === BRACKET) bytes += COST.map
  }
  try {
    spend(text.length + bytes)
  } catch (error) {
    throw failure(error)
  }
}

const [COMMA, COLON, BRACE, BRACKET] = [...',:{['].map((char) => char.charCodeAt(0))

function parse(text: string): unknown {
  spendJson(text)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw undecodable(`json: expected JSON text, ${messageOf(error)}`, error)
  }
}
