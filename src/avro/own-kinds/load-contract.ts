import { relative } from 'node:path'
import { setKnownKinds } from '../../event/guards.ts'
import { INVENTORY_KINDS, type Kind } from '../../event/kinds.ts'
import { InventoryEventsError, messageOf } from '../../util/errors.ts'
import { getOrInsert } from '../../util/get-or-insert.ts'
import {
  builtInContract,
  type Contract,
  createContract,
  inventorySchemas,
} from '../schema/contract-schemas.ts'
import { findSchemas } from './find-schemas.ts'
import { type OwnKind, readKind } from './read-kind.ts'

/**
 * The contract with the kinds of EVENT_SCHEMAS: files, folders and packages. Throws SCHEMA_INVALID with
 * a line for each problem of each file.
 */
export function loadContract(specifiers: readonly string[] = [], cwd = process.cwd()): Contract {
  const contract = specifiers.length === 0 ? builtInContract() : withOwnKinds(specifiers, cwd)
  setKnownKinds(contract.kinds)
  return contract
}

function withOwnKinds(specifiers: readonly string[], cwd: string): Contract {
  const problems: string[] = []
  const own: OwnKind[] = []
  for (const file of filesOf(specifiers, cwd, problems)) {
    const read = readKind(file)
    if ('kind' in read) own.push(read.kind)
    else problems.push(...read.problems.map((problem) => `${nameOf(file, cwd)}: ${problem}`))
  }
  problems.push(...repetitions(own, cwd))
  if (problems.length > 0) {
    const message = ['invalid event schemas:', ...problems].join('\n  ')
    throw new InventoryEventsError('SCHEMA_INVALID', message)
  }
  const kinds = new Map([...INVENTORY_KINDS, ...own.map(({ kind }) => [kind.name, kind] as const)])
  return createContract(kinds, [...inventorySchemas(), ...own.map(({ schema }) => schema)])
}

/** The kinds that a user has defined. */
export function ownKinds({ kinds }: Contract): Kind[] {
  return [...kinds.values()].filter(({ name }) => !INVENTORY_KINDS.has(name))
}

/** The topics that own kinds name, each once. */
export function ownTopics({ schemas }: Contract): string[] {
  return [...new Set(schemas.flatMap(({ topic }) => topic ?? []))]
}

/** Each file once, in the order in which they are named. */
function filesOf(specifiers: readonly string[], cwd: string, problems: string[]): Set<string> {
  const files = new Set<string>()
  for (const specifier of specifiers) {
    try {
      for (const file of findSchemas(specifier, cwd)) files.add(file)
    } catch (error) {
      problems.push(`${specifier}: ${messageOf(error)}`)
    }
  }
  return files
}

function repetitions(own: readonly OwnKind[], cwd: string): string[] {
  return [
    ...repeated(own, 'kind', ({ kind }) => kind.name, cwd),
    ...repeated(own, 'name', ({ kind }) => kind.record, cwd),
  ]
}

function repeated(
  own: readonly OwnKind[],
  attribute: string,
  attributeOf: (own: OwnKind) => string,
  cwd: string,
): string[] {
  const files = new Map<string, string[]>()
  for (const each of own)
    getOrInsert(files, attributeOf(each), () => []).push(nameOf(each.file, cwd))
  return [...files].flatMap(([value, [first, ...others]]) =>
    others.map(
      (file) => `${file}: ${attribute}: expected another one than ${value}, which ${first} has`,
    ),
  )
}

/** As the user most likely wrote it. */
function nameOf(file: string, cwd: string): string {
  const path = relative(cwd, file)
  return path.startsWith('..') ? file : path
}
