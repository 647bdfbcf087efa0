import { InventoryEventsError } from '../../util/errors.ts'
import { createRegistryClient, type RegistrySettings } from './client.ts'
import { isNotFound, registryError } from './errors.ts'

/** What the registry has under an id. */
export type FetchedSchema = { type: 'found'; text: string } | { type: 'missing'; why: string }

export interface SubjectVersion {
  version: number
  id: number
  text: string
}

/** Every method rejects with REGISTRY_UNAVAILABLE (retryable) or REGISTRY_REFUSED. */
export interface Registry {
  /** Resolves if the registry answers and lets us in. */
  check(): Promise<void>
  schemaById(id: number): Promise<FetchedSchema>
  /** The id of exactly this schema under the subject, if it was registered there. */
  registeredId(subject: string, text: string): Promise<number | undefined>
  /** Every version that is not deleted, oldest first; none for a subject that is not there. */
  versions(subject: string): Promise<SubjectVersion[]>
  /** Whether the registry's own rules would take the schema, and its words if not. */
  isCompatible(subject: string, text: string): Promise<{ ok: boolean; messages: string[] }>
  /** The subject's own compatibility level; undefined where the registry's default holds. */
  compatibility(subject: string): Promise<string | undefined>
  /** Changes the registry. Only the `schemas` command calls it. */
  register(subject: string, text: string): Promise<number>
  /** Changes the registry. Only the `schemas` command calls it. */
  setCompatibility(subject: string, level: string): Promise<void>
}

const REQUEST_TIMEOUT_MS = 10_000

type Answer = Promise<{ data(): unknown }>
type Request = (limits: { timeout: number; signal: AbortSignal }) => Answer

export function createRegistry(
  settings: RegistrySettings,
  requestTimeoutMs = REQUEST_TIMEOUT_MS,
): Registry {
  const { client, url } = createRegistryClient(settings)

  /** The answer's JSON, or undefined if the registry has no such thing. */
  async function ask<T>(what: string, request: Request): Promise<T | undefined> {
    try {
      const data = await inTime(request, requestTimeoutMs)
      if (typeof data === 'object' && data !== null) return data as T
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw registryError(url, what, error)
    }
    throw registryError(url, what, new Error('the answer is not JSON'))
  }

  /** As above, where there being no such thing is an error. */
  async function demand<T>(what: string, request: Request): Promise<T> {
    const data = await ask<T>(what, request)
    if (data !== undefined) return data
    const message = `${what}: the schema registry at ${url} says that there is no such thing`
    throw new InventoryEventsError('REGISTRY_REFUSED', message)
  }

  const { Schema, Subject } = client
  const version = (subject: string, number: number) =>
    ask<VersionData>(`read version ${number} of ${subject}`, (limits) =>
      Subject.version({ subject, version: number, ...limits }),
    )

  return {
    async check() {
      await demand('list the subjects', (limits) => Subject.all({ ...limits }))
    },
    async schemaById(id) {
      const what = `read schema ${id}`
      return fetched(id, await ask<SchemaData>(what, (limits) => Schema.find({ id, ...limits })))
    },
    async registeredId(subject, text) {
      const found = await ask<{ id: number }>(`look up ${subject}`, (limits) =>
        Subject.registered({ subject, body: { schema: text }, ...limits }),
      )
      return found?.id
    },
    async versions(subject) {
      const latest = await ask<VersionData>(`read ${subject}`, (limits) =>
        Subject.latestVersion({ subject, ...limits }),
      )
      const versions: SubjectVersion[] = []
      for (let number = 1; number <= (latest?.version ?? 0); number++) {
        const data = number === latest?.version ? latest : await version(subject, number)
        if (data !== undefined) versions.push({ version: number, id: data.id, text: data.schema })
      }
      return versions
    },
    async isCompatible(subject, text) {
      const answer = await ask<{ is_compatible: boolean; messages?: string[] }>(
        `check ${subject}`,
        (limits) =>
          Subject.compatible({ subject, verbose: true, body: { schema: text }, ...limits }),
      )
      return { ok: answer?.is_compatible ?? true, messages: answer?.messages ?? [] }
    },
    async compatibility(subject) {
      const config = await ask<{ compatibilityLevel: string }>(
        `read the compatibility of ${subject}`,
        (limits) => Subject.config({ subject, ...limits }),
      )
      return config?.compatibilityLevel
    },
    async register(subject, text) {
      const { id } = await demand<{ id: number }>(`register ${subject}`, (limits) =>
        Subject.register({ subject, body: { schema: text }, ...limits }),
      )
      return id
    },
    async setCompatibility(subject, level) {
      await demand(`set the compatibility of ${subject}`, (limits) =>
        Subject.updateConfig({ subject, body: { compatibility: level }, ...limits }),
      )
    },
  }
}

interface VersionData {
  version: number
  id: number
  schema: string
}

interface SchemaData {
  schema?: unknown
  /** Left out for Avro. */
  schemaType?: string
  references?: unknown[]
}

function fetched(id: number, data: SchemaData | undefined): FetchedSchema {
  if (data === undefined) return { type: 'missing', why: `the registry has no schema ${id}` }
  const { schema, schemaType = 'AVRO', references = [] } = data
  if (schemaType !== 'AVRO')
    return { type: 'missing', why: `schema ${id} is ${schemaType}, not Avro` }
  if (references.length > 0) {
    return { type: 'missing', why: `schema ${id} refers to other subjects, which is not supported` }
  }
  return { type: 'found', text: String(schema) }
}

/** The client's own limit is for silence only, and it may miss an answer that breaks off. */
function inTime(request: Request, limitMs: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const abort = new AbortController()
    const timer = setTimeout(() => {
      reject(new Error(`no answer within ${limitMs} ms`))
      abort.abort()
    }, limitMs)
    request({ timeout: limitMs, signal: abort.signal })
      .then((answer) => resolve(answer.data()), reject)
      .finally(() => clearTimeout(timer))
  })
}
