import { InventoryEventsError } from '../../util/errors.ts'
import { createRegistryClient, type RegistrySettings } from './client.ts'
import { isNotFound, registryError } from './errors.ts'

/** The result of looking up a schema id. */
export type FetchedSchema = { type: 'found'; text: string } | { type: 'missing'; why: string }

export interface SubjectVersion {
  version: number
  id: number
  text: string
}

/** Every method rejects with REGISTRY_UNAVAILABLE (retryable) or REGISTRY_REFUSED. */
export interface Registry {
  /** Resolves if the registry responds and accepts the credentials. */
  check(): Promise<void>
  schemaById(id: number): Promise<FetchedSchema>
  /** The id of exactly this schema under the subject; undefined if it is not registered there. */
  registeredId(subject: string, text: string): Promise<number | undefined>
  /** Every version that is not deleted, oldest first; empty if there is no such subject. */
  versions(subject: string): Promise<SubjectVersion[]>
  /** Whether the registry's compatibility rules accept the schema, and its messages if not. */
  isCompatible(subject: string, text: string): Promise<{ ok: boolean; messages: string[] }>
  /** The subject's own compatibility level; undefined if the registry's default applies. */
  compatibility(subject: string): Promise<string | undefined>
  /** Changes the registry. Only the `schemas` command calls it. */
  register(subject: string, text: string): Promise<number>
  /** Changes the registry. Only the `schemas` command calls it. */
  setCompatibility(subject: string, level: string): Promise<void>
}

const REQUEST_TIMEOUT_MS = 10_000

type PendingResponse = Promise<{ data(): unknown }>
type Request = (limits: { timeout: number; signal: AbortSignal }) => PendingResponse

export function createRegistry(
  settings: RegistrySettings,
  requestTimeoutMs = REQUEST_TIMEOUT_MS,
): Registry {
  const { client, url } = createRegistryClient(settings)

  /** Returns the JSON of the response; undefined if the registry returns 404. */
  async function fetchData<T>(what: string, request: Request): Promise<T | undefined> {
    try {
      const data = await inTime(request, requestTimeoutMs)
      if (typeof data === 'object' && data !== null) return data as T
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw registryError(url, what, error)
    }
    throw registryError(url, what, new Error('the response is not JSON'))
  }

  /** As above, but a 404 is an error. */
  async function demand<T>(what: string, request: Request): Promise<T> {
    const data = await fetchData<T>(what, request)
    if (data !== undefined) return data
    const message = `${what}: the schema registry at ${url} returned 404`
    throw new InventoryEventsError('REGISTRY_REFUSED', message)
  }

  const { Schema, Subject } = client
  const version = (subject: string, number: number) =>
    fetchData<VersionData>(`read version ${number} of ${subject}`, (limits) =>
      Subject.version({ subject, version: number, ...limits }),
    )

  return {
    async check() {
      await demand('list the subjects', (limits) => Subject.all({ ...limits }))
    },
    async schemaById(id) {
      const what = `read schema ${id}`
      return fetched(
        id,
        await fetchData<SchemaData>(what, (limits) => Schema.find({ id, ...limits })),
      )
    },
    async registeredId(subject, text) {
      const found = await fetchData<{ id: number }>(`look up ${subject}`, (limits) =>
        Subject.registered({ subject, body: { schema: text }, ...limits }),
      )
      return found?.id
    },
    async versions(subject) {
      const latest = await fetchData<VersionData>(`read ${subject}`, (limits) =>
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
      const result = await fetchData<{ is_compatible: boolean; messages?: string[] }>(
        `check ${subject}`,
        (limits) =>
          Subject.compatible({ subject, verbose: true, body: { schema: text }, ...limits }),
      )
      return { ok: result?.is_compatible ?? true, messages: result?.messages ?? [] }
    },
    async compatibility(subject) {
      const config = await fetchData<{ compatibilityLevel: string }>(
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
  /** Missing for Avro. */
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

/** The client's own timeout covers idle time only, and may miss a response that is cut off. */
function inTime(request: Request, limitMs: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const abort = new AbortController()
    const timer = setTimeout(() => {
      reject(new Error(`no response within ${limitMs} ms`))
      abort.abort()
    }, limitMs)
    request({ timeout: limitMs, signal: abort.signal })
      .then((response) => resolve(response.data()), reject)
      .finally(() => clearTimeout(timer))
  })
}
