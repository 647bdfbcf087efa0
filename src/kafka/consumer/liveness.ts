import type { Consumer } from 'kafkajs'
import type { Clock } from '../../util/clock.ts'

/** What the coordinator answers well to members only. */
const MEMBERS_REQUESTS = ['Heartbeat', 'SyncGroup']

/** When the consumer last did anything, and when its group last answered. In milliseconds. */
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

  /** When the request was sent whose answer is heard next. */
  asked(atMs: number): void {
    this.#askedAtMs = atMs
  }

  /** The consumer did something, be it in vain. */
  tried(): void {
    this.#triedAtMs = this.#clock.now()
  }

  /**
   * The group's coordinator answered. That counts from when it was asked: a process that was frozen
   * reads, when it is woken, an answer that was true before.
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
