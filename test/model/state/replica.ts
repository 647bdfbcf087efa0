import type { Answer, Body, Brokers } from './brokers.ts'

export interface InputEvent {
  id: string
  key: string
  amount: number
}

/** The replica's own guards; a test removes one at a time. */
export interface ReplicaGuards {
  /** Reads the state's log up to where it ended when the partition was taken over. */
  readsToTheEnd: boolean
  /** Marks are in the transaction of their state. */
  marksWithState: boolean
  /** A request whose outcome is unknown is followed by a new epoch. */
  renewsWhenUnsure: boolean
  /** A member that was not the owner all along loads its state again. */
  reloadsAfterGap: boolean
}

/** One request to the brokers; `undefined` for an answer that never came. */
export type Step = Generator<() => unknown, void, unknown>

interface Staged {
  states: Map<string, number>
  ids: string[]
}

const CHUNK = 2

/** What a replica does next, as its runner decides. */
export type Choice = 'commit' | 'join'

/**
 * One incarnation of a replica. Its memory is its fields: a crash drops it. Each `yield` is a request:
 * whoever runs it may delay it, lose it, or lose its answer.
 */
export class Replica {
  readonly #name: string
  readonly #brokers: Brokers
  readonly #input: readonly InputEvent[]
  readonly #guards: ReplicaGuards
  /** Another plugin's deliveries that are outstanding, which hold the watermark. */
  readonly #held: Set<number>
  #epoch = -1
  #sequence = 0
  #generation = -1
  #next = 0
  #state = new Map<string, number>()
  #marks = new Set<string>()
  #staged: Staged = { states: new Map(), ids: [] }
  #isLoaded = false

  constructor(options: {
    name: string
    brokers: Brokers
    input: readonly InputEvent[]
    held: Set<number>
    guards: ReplicaGuards
  }) {
    this.#name = options.name
    this.#brokers = options.brokers
    this.#input = options.input
    this.#held = options.held
    this.#guards = options.guards
  }

  *run(): Step {
    for (;;) {
      if (this.#epoch < 0) yield* this.#renew()
      if (!this.#join()) yield () => undefined
      else if (!this.#isLoaded) yield* this.#load()
      else yield* this.#work()
    }
  }

  /** Learns the newest generation. Whoever owned the partition all along keeps what it has in memory. */
  #join(): boolean {
    const { generation, owners } = this.#brokers
    const since = owners.slice(Math.max(this.#generation, 0))
    const wasOwner = since.every((owner) => owner === this.#name)
    if (!wasOwner && this.#guards.reloadsAfterGap) this.#isLoaded = false
    this.#generation = generation
    return owners.at(-1) === this.#name
  }

  *#renew(): Step {
    for (;;) {
      const answer = (yield () => this.#brokers.init(this.#name)) as
        | Answer<{ epoch: number }>
        | undefined
      if (!answer?.ok) continue
      this.#epoch = answer.epoch
      this.#sequence = 0
      return
    }
  }

  *#load(): Step {
    if (!(yield* this.#loadOffset())) return
    if (!(yield* this.#loadState())) return
    this.#staged = { states: new Map(), ids: [] }
    this.#isLoaded = true
  }

  *#loadOffset(): Generator<() => unknown, boolean, unknown> {
    const answer = (yield () => this.#brokers.fetchOffset()) as
      | Answer<{ offset: number }>
      | undefined
    if (!answer?.ok) return false
    this.#next = answer.offset
    return true
  }

  *#loadState(): Generator<() => unknown, boolean, unknown> {
    const end = (yield () => this.#brokers.endOffset()) as number | undefined
    if (end === undefined) return false
    const read = (yield () => this.#brokers.readCommitted()) as
      | ReturnType<Brokers['readCommitted']>
      | undefined
    if (read === undefined) return false
    if (this.#guards.readsToTheEnd && read.end < end) return false
    this.#state = new Map()
    this.#marks = new Set()
    for (const body of read.bodies) {
      if (body.type === 'state') this.#state.set(body.key, body.value)
      if (body.type === 'mark') this.#marks.add(body.id)
    }
    return true
  }

  /** Until something fails, or it hears of its group: a replica that is frozen does neither. */
  *#work(): Step {
    while (this.#isLoaded && this.#epoch >= 0) {
      const choice = (yield () => 'choose') as Choice | undefined
      if (choice === 'join') return
      if (choice === 'commit') yield* this.#commit()
    }
  }

  /** The next event, if any: also while a commit or a wait is under way. */
  handleNext(): void {
    if (this.#isLoaded && this.#next < this.#input.length) this.#handle(this.#input[this.#next++]!)
  }

  #handle({ id, key, amount }: InputEvent): void {
    if (this.#marks.has(id)) return
    const value = (this.#state.get(key) ?? 0) + amount
    this.#state.set(key, value)
    this.#marks.add(id)
    this.#staged.states.set(key, value)
    this.#staged.ids.push(id)
  }

  get #watermark(): number {
    const held = [...this.#held].filter((offset) => offset < this.#next)
    return Math.min(this.#next, ...held)
  }

  /** One transaction: states, marks, follow-ups and the offset. What fails stays staged. */
  *#commit(): Step {
    const staged = this.#staged
    this.#staged = { states: new Map(), ids: [] }
    const watermark = this.#watermark
    const epoch = this.#epoch
    const bodies = bodiesOf(staged, this.#guards.marksWithState)
    for (let at = 0; at < bodies.length; at += CHUNK) {
      const chunk = bodies.slice(at, at + CHUNK)
      const sequence = this.#sequence
      const answer = (yield () => this.#brokers.produce(this.#name, epoch, sequence, chunk)) as
        | Answer
        | undefined
      if (!answer?.ok) return this.#giveUp(staged, answer)
      this.#sequence += chunk.length
    }
    const generation = this.#generation
    const offered = (yield () =>
      this.#brokers.commitOffset(this.#name, epoch, generation, watermark)) as Answer | undefined
    if (!offered?.ok) return this.#giveUp(staged, offered)
    yield* this.#end(epoch)
  }

  /** Repeats the end until its answer comes: until then nobody knows how it ended. */
  *#end(epoch: number): Step {
    let isSure = true
    for (;;) {
      const answer = (yield () => this.#brokers.end(this.#name, epoch, true)) as Answer | undefined
      if (answer === undefined) isSure = false
      else if (answer.ok) break
      else {
        // It may have been committed or not.
        this.#isLoaded = false
        this.#epoch = -1
        return
      }
    }
    if (!isSure && this.#guards.renewsWhenUnsure) this.#epoch = -1
  }

  /** The transaction is aborted by the next epoch. What was staged is written by another one. */
  #giveUp(staged: Staged, answer: Answer | undefined): void {
    const states = new Map([...staged.states, ...this.#staged.states])
    this.#staged = { states, ids: [...staged.ids, ...this.#staged.ids] }
    const isKnown = answer !== undefined
    if (!isKnown && !this.#guards.renewsWhenUnsure) return
    this.#epoch = -1
  }
}

function bodiesOf({ states, ids }: Staged, withMarks: boolean): Body[] {
  return [
    ...[...states].map(([key, value]): Body => ({ type: 'state', key, value })),
    ...ids.map((id): Body => ({ type: 'follow-up', id })),
    ...(withMarks ? ids.map((id): Body => ({ type: 'mark', id })) : []),
  ]
}
