import type { Consumer } from 'kafkajs'
import type { Clock } from '../../util/clock.ts'

/** Requests that succeed only for members of the group. */
const MEMBERS_REQUESTS = ['Heartbeat', 'SyncGroup']

/** When the consumer last tried anything, and when the group's coordinator last confirmed it. */
export class Liveness {
  #clock: Pick<Clock, 'now'>
  #triedAtMs: number
  #heardAtMs: number
  #askedAtMs: number | undefined

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
    this.#triedAtMs = clock.now()
    this.#heardAtMs = clock.now()
  }

  listen(consumer: Pick<Consumer, 'on' | 'events'>): void {
    const { events } = consumer
    consumer.on(events.REQUEST, ({ payload }) => {
      if (MEMBERS_REQUESTS.includes(payload.apiName)) this.asked(payload.sentAt)
    })
    consumer.on(events.GROUP_JOIN, () => this.heard())
    consumer.on(events.HEARTBEAT, () => this.heard())
    consumer.on(events.FETCH_START, () => this.tried())
  }

  /** When the request was sent whose response comes next. */
  asked(atMs: number): void {
    this.#askedAtMs = atMs
  }

  /** The consumer tried something, successfully or not. */
  tried(): void {
    this.#triedAtMs = this.#clock.now()
  }

  /**
   * The group's coordinator responded. The response counts from when the request was sent: a
   * process that was frozen reads a response that may be out of date by then.
   */
  heard(): void {
    this.tried()
    this.#heardAtMs = this.#askedAtMs ?? this.#clock.now()
    this.#askedAtMs = undefined
  }

  get sinceFetchMs(): number {
    return this.#clock.now() - this.#triedAtMs
  }

  get sinceHeartbeatMs(): number {
    return this.#clock.now() - this.#heardAtMs
  }
}
