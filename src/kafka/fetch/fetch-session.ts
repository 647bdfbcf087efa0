import { requireNoError } from '../protocol/broker-error.ts'
import type { Cluster } from '../protocol/cluster.ts'
import {
  type Fetched,
  type FetchLimits,
  haveIds,
  sendFetch,
  type ToFetch,
  withNames,
} from './send-fetch.ts'

const NONE = 0
/** Of the request that opens a session. */
const OPENING = 0
const LAST_EPOCH = 2_147_483_647
/**
 * FETCH_SESSION_ID_NOT_FOUND, INVALID_FETCH_SESSION_EPOCH, FETCH_SESSION_TOPIC_ID_ERROR.
 * https://kafka.apache.org/protocol#protocol_error_codes
 */
const SESSION_ERRORS: ReadonlySet<number> = new Set([70, 71, 106])

/**
 * What one broker knows of the partitions that are fetched from it, so that a request names only those that
 * changed, and a response only those with something new (KIP-227). One request at a time. A broker that is
 * out of room for sessions gives none; then each request names all partitions.
 */
export class FetchSession {
  readonly #cluster: Cluster
  readonly #nodeId: number
  #id = NONE
  /** Of the next request. */
  #epoch = OPENING
  #isById = true
  /** The partitions of the session, as the broker knows them. Empty while the next request opens one. */
  #held: ReadonlySet<ToFetch> = new Set()

  constructor(cluster: Cluster, nodeId: number) {
    this.#cluster = cluster
    this.#nodeId = nodeId
  }

  /**
   * Fetches these partitions and no others; one that has not changed is the same object again. Resolves with
   * those of which there is something new since the last response. Rejects as `Cluster.send` does, and with
   * a BrokerError.
   */
  async fetch(wanted: readonly ToFetch[], limits: FetchLimits): Promise<Fetched[]> {
    try {
      return await this.#fetch(wanted, limits)
    } catch (error) {
      // Whether the broker has received a request that failed is not known.
      this.#reopen()
      throw error
    }
  }

  async #fetch(wanted: readonly ToFetch[], limits: FetchLimits): Promise<Fetched[]> {
    const isById = haveIds(wanted)
    if (isById !== this.#isById) this.#reopen()
    this.#isById = isById
    const session = { id: this.#id, epoch: this.#epoch }
    const changes = this.#changes(wanted)
    const request = { session, isById, ...changes }
    const answer = await sendFetch(this.#cluster, this.#nodeId, request, limits)
    // The broker has closed the session to make room, or is a new process.
    if (this.#epoch !== OPENING && SESSION_ERRORS.has(answer.errorCode)) {
      this.#reopen()
      return this.#fetch(wanted, limits)
    }
    requireNoError(answer.errorCode, 'fetch')
    const isSame = changes.partitions.length === 0 && changes.forgotten.length === 0
    this.#answered(answer.sessionId, isSame ? this.#held : new Set(wanted))
    return withNames(answer, wanted)
  }

  /** A topic that was created again has another id, and its partitions are others to the broker. */
  #changes(wanted: readonly ToFetch[]): { partitions: ToFetch[]; forgotten: ToFetch[] } {
    const partitions = wanted.filter((each) => !this.#held.has(each))
    const isSame = partitions.length === 0 && this.#held.size === wanted.length
    if (isSame) return { partitions, forgotten: [] }
    const kept = new Set(wanted)
    const named = new Set(partitions.map(idOf))
    const forgotten = [...this.#held].filter((each) => !kept.has(each) && !named.has(idOf(each)))
    return { partitions, forgotten }
  }

  #answered(sessionId: number, held: ReadonlySet<ToFetch>): void {
    if (sessionId === NONE) {
      this.#id = NONE
      this.#reopen()
      return
    }
    this.#id = sessionId
    this.#epoch = this.#epoch === LAST_EPOCH ? OPENING + 1 : this.#epoch + 1
    this.#held = held
  }

  /** The id is kept: the request that opens the next session closes this one. */
  #reopen(): void {
    this.#epoch = OPENING
    this.#held = new Set()
  }
}

/** How a broker identifies a partition. */
function idOf({ topic, topicId, partition }: ToFetch): string {
  return `${topicId ?? topic}/${partition}`
}
