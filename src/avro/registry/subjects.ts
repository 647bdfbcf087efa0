import { type EventTopics, topicOf } from '../../topics/event-topics.ts'
import { InventoryEventsError } from '../../util/errors.ts'
import type { Contract, ContractSchema } from '../schema/contract-schemas.ts'
import { explainIncompatibility } from './compatibility.ts'
import { registerWithRetry } from './register-with-retry.ts'
import type { Registry, SubjectVersion } from './registry.ts'
import { subjectName } from './subject-name.ts'

/** During a rollout old services read new records and new services read old records. */
const COMPATIBILITY = 'FULL_TRANSITIVE'

/** A contract schema, and what the registry has for it. */
interface SubjectState {
  schema: ContractSchema
  subject: string
  versions: SubjectVersion[]
  /** Undefined if exactly this schema is not registered. */
  id: number | undefined
}

/** What is compared or registered, and where what came of it is said. */
export interface SubjectWork {
  contract: Contract
  topics: EventTopics
  say(line: string): void
}

export async function listSchemas(registry: Registry, { contract, topics, say }: SubjectWork) {
  const states = await readStates(registry, contract, topics)
  const width = Math.max(...states.map(({ schema }) => schema.fullName.length))
  for (const { schema, subject, versions, id } of states) {
    const there = versions.map((row) => row.version).join(', ') || 'none'
    const ours = versions.find((row) => row.id === id)?.version ?? 'not registered'
    say(
      `${schema.fullName.padEnd(width)}  ${subject}  id ${id ?? '-'}  versions ${there}  ours ${ours}`,
    )
  }
}

/** Throws SCHEMA_INCOMPATIBLE with a line for each incompatible field or unregistered schema. */
export async function checkSchemas(registry: Registry, { contract, topics, say }: SubjectWork) {
  const states = await readStates(registry, contract, topics)
  await requireCompatible(registry, states)
  const missing = states.filter(({ id }) => id === undefined)
  if (missing.length > 0) {
    const headline = 'not registered; run "inventory-events schemas register":'
    const lines = [headline, ...missing.map(({ subject }) => subject)]
    throw new InventoryEventsError('SCHEMA_INCOMPATIBLE', lines.join('\n  '))
  }
  for (const { subject, id } of states) say(`${subject}: ok, id ${id}`)
}

/**
 * Throws SCHEMA_INCOMPATIBLE if records of own kinds, as earlier versions wrote them, can't be read. Schemas
 * that are not registered yet have none.
 */
export async function checkOwnKinds(
  registry: Registry,
  { contract, topics }: Pick<SubjectWork, 'contract' | 'topics'>,
): Promise<void> {
  const schemas = contract.schemas.filter(({ isOwn }) => isOwn)
  await requireCompatible(registry, await readStates(registry, { schemas }, topics))
}

/** Registers all schemas, or none if one is incompatible. */
export async function registerSubjects(registry: Registry, { contract, topics, say }: SubjectWork) {
  const states = await readStates(registry, contract, topics)
  await requireCompatible(registry, states)
  for (const state of states) {
    const isNew = state.versions.length === 0
    // The level of a new subject can only be set after its first schema is registered.
    if (!isNew) await requireLevel(registry, state.subject)
    const id = state.id ?? (await registerWithRetry(registry, state.subject, state.schema.text))
    if (isNew) await requireLevel(registry, state.subject)
    say(`${state.subject}: ${state.id === undefined ? 'registered' : 'unchanged'}, id ${id}`)
  }
}

async function readStates(
  registry: Registry,
  { schemas }: Pick<Contract, 'schemas'>,
  topics: EventTopics,
): Promise<SubjectState[]> {
  const states: SubjectState[] = []
  for (const schema of schemas) {
    const subject = subjectName(topicOf(topics, schema), schema.fullName)
    const versions = await registry.versions(subject)
    const isThere = versions.length > 0
    const id = isThere ? await registry.registeredId(subject, schema.text) : undefined
    states.push({ schema, subject, versions, id })
  }
  return states
}

async function requireLevel(registry: Registry, subject: string): Promise<void> {
  if ((await registry.compatibility(subject)) === COMPATIBILITY) return
  await registry.setCompatibility(subject, COMPATIBILITY)
}

async function requireCompatible(registry: Registry, states: SubjectState[]): Promise<void> {
  const problems: string[] = []
  for (const state of states) problems.push(...(await incompatibilities(registry, state)))
  if (problems.length === 0) return
  const lines = ['incompatible with the registered schemas:', ...problems]
  throw new InventoryEventsError('SCHEMA_INCOMPATIBLE', lines.join('\n  '))
}

/** Every version is compared, since a topic may hold records of any; then the registry is asked too. */
async function incompatibilities(registry: Registry, state: SubjectState): Promise<string[]> {
  const { schema, subject, versions, id } = state
  if (id !== undefined || versions.length === 0) return []
  const found = versions.flatMap(({ version, text }) =>
    explainIncompatibility(JSON.parse(text), schema.schema).map(
      (reason) => `${subject} version ${version}: ${reason}`,
    ),
  )
  if (found.length > 0) return found
  const { ok, messages } = await registry.isCompatible(subject, schema.text)
  return ok ? [] : [`${subject}: the registry refuses it: ${messages.join('; ')}`]
}
