import type { Clock } from '../../util/clock.ts'
import { messageOf } from '../../util/errors.ts'
import { createWriterSchema } from '../codec/create-writer-schema.ts'
import type { Contract } from '../schema/contract-schemas.ts'
import type { SchemaLookup } from '../writer-schema.ts'
import type { FetchedSchema } from './registry.ts'

export interface SchemaCache {
  /**
   * Returns without waiting; requests an id not seen before from the registry in the background.
   * `writtenAtMs` is when the record was written, negative if that is not known: a registry may learn
   * of the schema of a young record after the record was read.
   */
  lookup(id: number, writtenAtMs?: number): SchemaLookup
  /** Ends the waits between attempts. */
  close(): void
}

export interface SchemaCacheOptions {
  contract: Contract
  /** Rejects if the registry is unavailable or refuses the request. */
  fetchSchema(id: number): Promise<FetchedSchema>
  /** The most that a decoded event may take in memory; MAX_IN_FLIGHT_BYTES. */
  maxDecodedBytes?: number
  clock: Clock
  log?: { warn(fields: FetchFailure, message: string): void }
}

interface FetchFailure {
  schemaId: number
  failures: number
  /** Until the next request. */
  delayMs: number
}

/** The maximum number of schemas kept, and of ids without a schema. */
const SCHEMAS_MAX = 10_000
/** A missing id is requested again: its schema may be registered after its first record was read. */
const MISSING_TTL_MS = 60_000
/** A replica of the registry may lag behind the one that registered the schema of a younger record. */
const YOUNG_MS = 60_000
/** How long an id without a schema is requested for young records before it counts as missing. */
const PATIENCE_MS = 15_000
const FIRST_RETRY_MS = 250
const LAST_RETRY_MS = 30_000

type Missing = Extract<SchemaLookup, { type: 'missing' }>
type Waiting = Extract<SchemaLookup, { type: 'waiting' }>

/** The state of an id that has no schema yet. */
interface Unready {
  answer: Missing | Waiting
  /** When a lookup requests the id again; Infinity during a request or back-off. */
  staleAtMs: number
  failures: number
  /** When the registry first said that it has no such id. */
  missingSinceMs: number | undefined
}

export function createSchemaCache(options: SchemaCacheOptions): SchemaCache {
  const { fetchSchema, clock, log } = options
  const ready = new Map<number, SchemaLookup>()
  const unready = new Map<number, Unready>()
  const closing = new AbortController()

  function lookup(id: number, writtenAtMs = Number.NEGATIVE_INFINITY): SchemaLookup {
    return ready.get(id) ?? notReady(id, isYoung(writtenAtMs))
  }

  function isYoung(writtenAtMs: number): boolean {
    const isUnknown = Number.isFinite(writtenAtMs) && writtenAtMs < 0
    return isUnknown || clock.now() - writtenAtMs < YOUNG_MS
  }

  function notReady(id: number, isForYoung: boolean): SchemaLookup {
    const known = unready.get(id)
    if (known === undefined || clock.elapsedMs() >= known.staleAtMs) return request(id, isForYoung)
    const isMissing = known.answer.type === 'missing' && known.missingSinceMs !== undefined
    const isTooEarly = isMissing && isForYoung && !isPatienceOver(id)
    return isTooEarly ? request(id, isForYoung) : known.answer
  }

  function request(id: number, isForYoung: boolean): SchemaLookup {
    const failures = unready.get(id)?.failures ?? 0
    const why = `requesting schema ${id} from the registry`
    const cleared = fetchSchema(id).then(
      (fetched) => settle(id, fetched, isForYoung),
      (error) => retryLater(id, messageOf(error)),
    )
    return remember(id, { type: 'waiting', why, cleared }, failures).answer
  }

  function settle(id: number, fetched: FetchedSchema, isForYoung: boolean): void | Promise<void> {
    if (fetched.type === 'missing') {
      const known = unready.get(id)
      if (known !== undefined) known.missingSinceMs ??= clock.elapsedMs()
      if (isForYoung && !isPatienceOver(id)) return retryLater(id, fetched.why)
    }
    const answer = compile(id, fetched, options)
    if (answer.type === 'missing') {
      remember(id, answer, 0).staleAtMs = clock.elapsedMs() + MISSING_TTL_MS
      return
    }
    unready.delete(id)
    keep(ready, id, answer)
  }

  function isPatienceOver(id: number): boolean {
    const sinceMs = unready.get(id)?.missingSinceMs ?? clock.elapsedMs()
    return clock.elapsedMs() - sinceMs >= PATIENCE_MS
  }

  /** Lookups keep returning `waiting` until the back-off ends. */
  async function retryLater(id: number, error: string): Promise<void> {
    const failures = (unready.get(id)?.failures ?? 0) + 1
    const delayMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1))
    const why = `schema ${id} could not be fetched: ${error}`
    log?.warn({ schemaId: id, delayMs, failures }, why)
    const cleared = clock.sleep(delayMs, closing.signal).then(() => {
      waiting.staleAtMs = 0
    })
    const waiting = remember(id, { type: 'waiting', why, cleared }, failures)
    await cleared
  }

  function remember(id: number, answer: Unready['answer'], failures: number): Unready {
    const missingSinceMs = unready.get(id)?.missingSinceMs
    const entry = { answer, failures, missingSinceMs, staleAtMs: Number.POSITIVE_INFINITY }
    unready.delete(id)
    keep(unready, id, entry)
    return entry
  }

  return { lookup, close: () => closing.abort() }
}

function compile(
  id: number,
  fetched: FetchedSchema,
  { contract, maxDecodedBytes }: SchemaCacheOptions,
): SchemaLookup {
  if (fetched.type !== 'found') return { type: 'missing', why: fetched.why }
  try {
    return { type: 'ready', schema: createWriterSchema(contract, fetched.text, maxDecodedBytes) }
  } catch (error) {
    return { type: 'missing', why: `schema ${id} can't be used: ${messageOf(error)}` }
  }
}

function keep<T>(map: Map<number, T>, id: number, value: T): void {
  map.set(id, value)
  const [oldest] = map.keys()
  if (map.size > SCHEMAS_MAX && oldest !== undefined) map.delete(oldest)
}
