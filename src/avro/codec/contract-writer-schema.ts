import type { Event } from '../../event/event.ts'
import type { JsonObject } from '../../event/json.ts'
import type { Path } from '../../event/path.ts'
import { checkJson, isPlainObject } from '../../event/validation/check-json.ts'
import { formatProblem, Problems } from '../../event/validation/problem.ts'
import { InventoryEventsError, messageOf } from '../../util/errors.ts'
import { leadingFields } from '../projection/leading-fields.ts'
import { createProjection, projectDecoded, slotsAt } from '../projection/projection.ts'
import { type ContractSchema, UNKNOWN_EVENT } from '../schema/contract-schemas.ts'
import type { AvroType, Reader } from '../types/avsc.ts'
import { undecodable } from '../wire-format.ts'
import type { Peeked, Projection, WriterSchema } from '../writer-schema.ts'
import { contractType } from './encoder.ts'
import { assertId, emptyId, readPayload } from './read-payload.ts'

/** A producer's version of a contract schema; `isOurs` if it equals this version's own. */
export function contractWriterSchema(
  contract: ContractSchema,
  writer: AvroType,
  isOurs: boolean,
): WriterSchema {
  const type = contractType(contract)
  const complete = completion(contract)
  const resolved = resolve(type, writer)
  const unreadable = typeof resolved === 'string' ? resolved : undefined
  return {
    fullName: contract.fullName,
    unreadable,
    peek: peekBy(contract, writer),
    decode(value) {
      if (typeof resolved === 'string') throw incompatible(contract, resolved)
      return assertId(complete(readPayload(value, type, resolved)) as unknown as Event)
    },
    projection(paths) {
      if (typeof resolved === 'string') return unprojectable(contract, resolved)
      const decode = (value: Buffer) => complete(readPayload(value, type, resolved))
      if (contract.fullName === UNKNOWN_EVENT) return projectDecoded(paths, decode)
      return createProjection(paths, writer, type, kindCompletion(contract, paths))
    },
    decodeAsWritten(value, event) {
      const isTheSame = isOurs && event !== undefined
      return isTheSame ? (event as unknown as JsonObject) : complete(readPayload(value, writer))
    },
  }
}

/** Returns the resolving reader, or why this version can't read the writer's schema. */
function resolve(type: AvroType, writer: AvroType): Reader | string {
  try {
    return type.createResolver(writer)
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

function peekBy(contract: ContractSchema, writer: AvroType) {
  const leading = leadingFields(contract.fullName, nameField(contract), writer)
  return function peek(value: Buffer): Peeked {
    if (leading === undefined) return { name: contract.name, id: undefined }
    const { id, name = contract.name } = leading(value)
    if (id.start === id.end) throw emptyId()
    return { name, id }
  }
}

/** Adds the fields that only the schema implies. */
function completion(contract: ContractSchema): (fields: JsonObject) => JsonObject {
  const { name: kind, fullName } = contract
  if (kind !== undefined) return (fields) => ({ id: '', kind, ...fields })
  return fullName === UNKNOWN_EVENT ? parsedEvent : (fields) => fields
}

/** The leading fields override the JSON text, because filters were evaluated with them. */
function parsedEvent({ id, kind, time, json }: JsonObject): JsonObject {
  const parsed = parse(json as string)
  const problems = new Problems()
  checkJson(parsed, 'json', problems)
  const [problem] = problems.list
  if (problem !== undefined) throw undecodable(formatProblem(problem))
  if (!isPlainObject(parsed)) throw undecodable('json: expected an object')
  return { ...(parsed as JsonObject), id, kind, time } as JsonObject
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw undecodable(`json: expected JSON text, ${messageOf(error)}`, error)
  }
}
