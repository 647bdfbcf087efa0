import { requireNoError } from '../protocol/broker-error.ts'
import type { Cluster, Purpose } from '../protocol/cluster.ts'
import type { RequestType } from '../protocol/request.ts'
import {
  type CoordinatorKey,
  findCoordinatorRequest,
} from '../protocol/requests/find-coordinator.ts'

/** Short for the same reason as that of metadata requests, which it may wait for. */
const LIMIT_MS = 3_000

/** The broker that coordinates a group or transactions, found when it is needed and again after `forget`. */
export class Coordinator {
  readonly #cluster: Cluster
  readonly #key: CoordinatorKey
  #found: Promise<number> | undefined

  constructor(cluster: Cluster, key: CoordinatorKey) {
    this.#cluster = cluster
    this.#key = key
  }

  /** To be called when it says that it is not the coordinator. */
  forget(): void {
    this.#found = undefined
  }

  /** Rejects as `Cluster.send` does, or with a BrokerError if no broker is the coordinator now. */
  async send<Body, Answer>(
    purpose: Purpose,
    request: RequestType<Body, Answer>,
    body: Body,
    limitMs: number,
  ): Promise<Answer> {
    const nodeId = await this.#find()
    try {
      return await this.#cluster.send(nodeId, purpose, request, body, limitMs)
    } catch (error) {
      this.forget()
      throw error
    }
  }

  #find(): Promise<number> {
    const found = this.#found ?? this.#ask()
    this.#found = found
    found.catch(() => {
      if (this.#found === found) this.#found = undefined
    })
    return found
  }

  async #ask(): Promise<number> {
    const answer = await this.#cluster.sendToAny(findCoordinatorRequest, this.#key, LIMIT_MS)
    requireNoError(answer.errorCode, `find the coordinator of ${this.#key.type} ${this.#key.key}`)
    if (!this.#cluster.hasBroker(answer)) await this.#cluster.refresh()
    return answer.nodeId
  }
}
