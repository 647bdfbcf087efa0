import { deepFreeze } from '../../util/deep-freeze.ts'
import { COST, enterRecord, leaveRecord, spend } from '../binary/decode-limits.ts'
import { errorWithin } from '../binary/read-error.ts'
import { matchingBranch } from '../schema/matches.ts'
import {
  type FieldNode,
  isJsonValue,
  isNullable,
  labelOf,
  type RecordNode,
  type TypeNode,
  type UnionNode,
} from '../schema/type-node.ts'
import { listReader, mapReader, setOwn } from './containers.ts'
import { contentScalar } from './content-scalars.ts'
import { defaultOf, omission } from './default-value.ts'
import { type OutputField, recordReader, unionReader } from './generate.ts'
import { resolvedScalar } from './resolve-scalar.ts'
import { type Read, shownScalar } from './scalars.ts'
import { skipOf } from './skip.ts'

/** A constant that the resulting object has in addition to the record's fields. */
export interface Extra {
  name: string
  value: unknown
}

/**
 * Compiles a reader that resolves the writer's type to the reader's by Avro's rules: named types match
 * by unqualified name, and unions branch by branch, so that an unreadable branch is an error only for
 * its values. Throws if no value can be read. `extra` is set after the first field, the id.
 */
export function resolvedReader(writer: TypeNode, reader: TypeNode, extra?: Extra): Read {
  return new Compiler('resolved', extra).compile(writer, reader)
}

/** Compiles a reader of everything the writer wrote, as handlers see it. */
export function shownReader(writer: TypeNode): Read {
  return new Compiler('shown').compile(writer, undefined)
}

/**
 * Compiles a reader of everything the writer wrote, for the fingerprint. A field at its default is
 * omitted, since it equals a missing field. Fields of the `known` type are an exception: they are
 * always set, whatever default a producer's schema gives them.
 */
export function contentReader(writer: TypeNode, known: TypeNode | undefined): Read {
  return new Compiler('content').compile(writer, known)
}

type Purpose = 'resolved' | 'shown' | 'content'

class Compiler {
  readonly #purpose: Purpose
  readonly #extra: Extra | undefined
  /** By the writer's record and ours, so that recursive types end. */
  readonly #records = new Map<RecordNode, Map<TypeNode | undefined, Read>>()

  constructor(purpose: Purpose, extra?: Extra) {
    this.#purpose = purpose
    this.#extra = extra
  }

  compile(writer: TypeNode, known: TypeNode | undefined, isRoot = true): Read {
    if (writer.type === 'union') return this.#union(writer, known)
    const ours = known && matchingBranch(writer, known)
    if (ours === undefined && known !== undefined && this.#purpose === 'resolved') {
      throw cannotRead(writer, known)
    }
    switch (writer.type) {
      case 'record':
        return this.#record(writer, ours as RecordNode | undefined, isRoot)
      case 'array':
        return listReader(
          this.#inner(writer.items, ours?.type === 'array' ? ours.items : undefined),
        )
      case 'map':
        return mapReader(this.#inner(writer.values, ours?.type === 'map' ? ours.values : undefined))
    }
    if (this.#purpose === 'content') return contentScalar(writer, ours)
    const isResolved = this.#purpose === 'resolved' && ours !== undefined
    return isResolved ? resolvedScalar(writer, ours as typeof writer) : shownScalar(writer)
  }

  #inner(writer: TypeNode, known: TypeNode | undefined): Read {
    return this.compile(writer, known, false)
  }

  #union(writer: UnionNode, known: TypeNode | undefined): Read {
    let readable = 0
    const branches = writer.branches.map((branch) => {
      try {
        const read = this.#inner(branch, known)
        readable += 1
        return read
      } catch (error) {
        return thrower(error as Error)
      }
    })
    if (readable === 0) throw cannotRead(writer, known ?? writer)
    return unionReader(branches)
  }

  #record(writer: RecordNode, ours: RecordNode | undefined, isRoot: boolean): Read {
    const ofWriter = this.#records.get(writer) ?? new Map<TypeNode | undefined, Read>()
    this.#records.set(writer, ofWriter)
    const made = ofWriter.get(ours)
    if (made !== undefined) return made
    let read: Read = () => {
      throw new Error(`cannot read record ${writer.name}`)
    }
    ofWriter.set(ours, (tap) => read(tap))
    read = isJsonValue(ours ?? writer)
      ? this.#jsonValue(writer)
      : this.#plainRecord(writer, ours, isRoot)
    ofWriter.set(ours, read)
    return read
  }

  /** A JSON value is read as written: its union may have other branches in the writer's schema. */
  #jsonValue(writer: RecordNode): Read {
    const [field, ...others] = writer.fields
    if (field === undefined || others.length > 0) throw new Error(`cannot read ${labelOf(writer)}`)
    const readValue = this.#inner(field.type, undefined)
    return (tap) => {
      enterRecord()
      const value = readValue(tap)
      leaveRecord()
      return value
    }
  }

  #plainRecord(writer: RecordNode, ours: RecordNode | undefined, isRoot: boolean): Read {
    const ourFields = new Map((ours ?? writer).fields.map((field) => [field.name, field]))
    const places = new Map(writer.fields.map(({ name }, i) => [name, i]))
    const steps = writer.fields.map(({ name, type }) => ({
      name,
      read: within(name, () => this.#field(type, ours, ourFields.get(name))),
    }))
    const fields = this.#shape(writer, ours).flatMap((field) =>
      within(field.name, () => this.#output(field, places.get(field.name), ours)),
    )
    if (isRoot && this.#extra !== undefined) fields.splice(1, 0, constantField(this.#extra))
    const bytes = COST.record + COST.field * fields.length
    const enter = () => {
      enterRecord()
      spend(bytes)
    }
    return recordReader(
      { steps, fields },
      { enter, leave: leaveRecord, within: errorWithin, setOwn },
    )
  }

  #field(type: TypeNode, ours: RecordNode | undefined, known: FieldNode | undefined): Read {
    if (ours === undefined) return this.#inner(type, undefined)
    const isIgnored = known === undefined && this.#purpose === 'resolved'
    return isIgnored ? skipOf(type) : this.#inner(type, known?.type)
  }

  /** The fields of the resulting object. */
  #shape({ fields }: RecordNode, ours: RecordNode | undefined): readonly FieldNode[] {
    if (ours === undefined || this.#purpose === 'shown') return fields
    if (this.#purpose === 'resolved') return ours.fields
    const isWritten = (name: string) => fields.some((field) => field.name === name)
    return [...fields, ...ours.fields.filter(({ name }) => !isWritten(name))]
  }

  /** How a field is set; empty if it is always missing. */
  #output(field: FieldNode, step: number | undefined, ours: RecordNode | undefined): OutputField[] {
    const { name, type } = field
    const omitsNull = isNullable(type)
    if (step === undefined) {
      const value = defaultOf(field)
      if (value === null && omitsNull) return []
      if (value !== undefined) return [constantField({ name, value })]
      if (this.#purpose === 'content') return []
      throw new Error('it is missing, and has no default')
    }
    const isKnown = ours?.fields.some((known) => known.name === name) ?? false
    const plain = { name, step, constant: undefined, omitsNull, isOmitted: undefined }
    const isPlain = isKnown || this.#purpose !== 'content'
    return [isPlain ? plain : { ...plain, ...omission(field) }]
  }
}

function constantField({ name, value }: Extra): OutputField {
  const constant = deepFreeze(value)
  return { name, step: undefined, constant, omitsNull: false, isOmitted: undefined }
}

function within<T>(name: string, make: () => T): T {
  try {
    return make()
  } catch (error) {
    throw errorWithin(name, error)
  }
}

function cannotRead(writer: TypeNode, reader: TypeNode): Error {
  return new Error(`cannot read ${labelOf(writer)} as ${labelOf(reader)}`)
}

function thrower({ message }: Error): Read {
  return () => {
    throw new Error(message)
  }
}
