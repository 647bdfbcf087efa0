import { messageOf } from '../../util/errors.ts'
import { type RegistrySettings, registryConnection } from './connection.ts'
import {
  errorCode,
  type FailedRequest,
  NO_OWN_LEVEL,
  NOT_FOUND,
  noJson,
  noResponse,
  refused,
  responseError,
  unexpected,
} from './errors.ts'
import { type RegistryRequest, send } from './http.ts'

/** The result of looking up a schema id. */
export type FetchedSchema =
  | { type: 'found'; text: string }
  /** The registry has no such id, yet. */
  | { type: 'missing'; why: string }
  /** It has a schema of this id that is of no use here. */
  | { type: 'unusable'; why: string }

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

export function createRegistry(
  settings: RegistrySettings,
  requestTimeoutMs = REQUEST_TIMEOUT_MS,
): Registry {
  const connection = registryConnection(settings)
  const { url } = connection

  /** Returns the JSON of the response; undefined if the registry has no such thing. */
  async function find<T>(
    what: string,
    request: RegistryRequest,
    missing = NOT_FOUND,
  ): Promise<T | undefined> {
    const asked = { what, url, request }
    const response = await send(connection, request, requestTimeoutMs).catch((error) => {
      throw noResponse(asked, messageOf(error))
    })
    if (response.status >= 200 && response.status < 300) return parse(asked, response.body) as T
    if (response.status === 404 && missing.includes(errorCode(response) ?? 0)) return undefined
    throw responseError(asked, response)
  }

  /** As above, but it is an error if the registry has no such thing. */
  async function demand<T>(what: string, request: RegistryRequest): Promise<T> {
    const data = await find<T>(what, request)
    if (data !== undefined) return data
    throw refused(`${what}: the schema registry at ${url} returned 404`)
  }

  function parse(asked: FailedRequest, body: string): unknown {
    try {
      const data = JSON.parse(body)
      if (typeof data === 'object' && data !== null) return data
    } catch {
      // Not from a registry, or cut off.
    }
    throw noJson(asked)
  }

  const get = (path: string): RegistryRequest => ({ method: 'GET', path })
  const post = (path: string, text: string): RegistryRequest => {
    return { method: 'POST', path, body: { schema: text } }
  }

  return {
    async check() {
      await demand('list the subjects', get('subjects'))
    },
    async schemaById(id) {
      const what = `read schema ${id}`
      const request = get(`schemas/ids/${id}`)
      const data = await find<SchemaData>(what, request)
      if (data !== undefined && typeof data.schema !== 'string') {
        throw unexpected({ what, url, request }, 'it has no schema')
      }
      return fetched(id, data)
    },
    async registeredId(subject, text) {
      const path = subjectPath(subject)
      return (await find<{ id: number }>(`look up ${subject}`, post(path, text)))?.id
    },
    async versions(subject) {
      const path = `${subjectPath(subject)}/versions`
      const latest = await find<VersionData>(`read ${subject}`, get(`${path}/latest`))
      const versions: SubjectVersion[] = []
      for (let number = 1; number <= (latest?.version ?? 0); number++) {
        const what = `read version ${number} of ${subject}`
        const isLatest = number === latest?.version
        const data = isLatest ? latest : await find<VersionData>(what, get(`${path}/${number}`))
        if (data !== undefined) versions.push({ version: number, id: data.id, text: data.schema })
      }
      return versions
    },
    async isCompatible(subject, text) {
      const result = await find<{ is_compatible: boolean; messages?: string[] }>(
        `check ${subject}`,
        post(`compatibility/${subjectPath(subject)}/versions/latest?verbose=true`, text),
      )
      return { ok: result?.is_compatible ?? true, messages: result?.messages ?? [] }
    },
    async compatibility(subject) {
      const config = await find<{ compatibilityLevel: string }>(
        `read the compatibility of ${subject}`,
        get(`config/${encodeURIComponent(subject)}`),
        [...NOT_FOUND, NO_OWN_LEVEL],
      )
      return config?.compatibilityLevel
    },
    async register(subject, text) {
      const request = post(`${subjectPath(subject)}/versions`, text)
      return (await demand<{ id: number }>(`register ${subject}`, request)).id
    },
    async setCompatibility(subject, level) {
      await demand(`set the compatibility of ${subject}`, {
        method: 'PUT',
        path: `config/${encodeURIComponent(subject)}`,
        body: { compatibility: level },
      })
    },
  }
}

function subjectPath(subject: string): string {
  return `subjects/${encodeURIComponent(subject)}`
}

interface VersionData {
  version: number
  id: number
  schema: string
}

interface SchemaData {
  schema: string
  /** Missing for Avro. */
  schemaType?: string
  references?: unknown[]
}

function fetched(id: number, data: SchemaData | undefined): FetchedSchema {
  if (data === undefined) return { type: 'missing', why: `the registry has no schema ${id}` }
  const { schema, schemaType = 'AVRO', references = [] } = data
  if (schemaType !== 'AVRO') {
    return { type: 'unusable', why: `schema ${id} is ${schemaType}, not Avro` }
  }
  if (references.length > 0) {
    return {
      type: 'unusable',
      why: `schema ${id} refers to other subjects, which is not supported`,
    }
  }
  return { type: 'found', text: schema }
}
