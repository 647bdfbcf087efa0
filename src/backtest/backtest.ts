import type { SourceRecord } from '../event/record.ts'
import { bytesOf, copyRecord } from '../pipeline/intake/copy-record.ts'
import type { FilterDecision } from '../pipeline/intake/evaluate-filters.ts'
import type { Peek } from '../pipeline/intake/peek.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import { InventoryEventsError, messageOf } from '../util/errors.ts'
import { type FilterReport, FilterTrial, type TrialOptions } from './filter-trial.ts'
import { contentFor, LazyEvent } from './lazy-event.ts'
import { exampleOf, type Tallied, Tally } from './tally.ts'

export interface BacktestOptions extends TrialOptions {
  plugin: LoadedPlugin
  /** The plugin with a changed filter to compare with, if any. */
  changed: LoadedPlugin | undefined
  peek(record: SourceRecord): Peek
}

/** `records` is the sum of tombstones, undecodable records and the filter's decisions. */
export interface BacktestReport {
  records: number
  tombstones: number
  /** Grouped by error. Events that the filters decline are not fully decoded, so not all are found. */
  undecodable: Tallied
  filter: FilterReport
  changed?: FilterReport & {
    /** Events that only the changed filter matches, by event name. */
    gained: Tallied
    /** Events that only the current filter matches, by event name. */
    lost: Tallied
  }
}

const BATCH_EVENTS_MAX = 1_000
const BATCH_BYTES_MAX = 8 * 1024 * 1024
const REGISTRY_TRIES_MAX = 5

/** Evaluates a plugin's filters on records as they are read. Calls no handler. Memory is bounded. */
export class Backtest {
  records = 0
  #tombstones = 0
  #undecodable: Tally
  #filter: FilterTrial
  #changed: FilterTrial | undefined
  #gained: Tally
  #lost: Tally
  #peek: BacktestOptions['peek']
  #contentOf: BacktestOptions['contentOf']
  #batch: LazyEvent[] = []
  #batchBytes = 0

  constructor(options: BacktestOptions) {
    const { plugin, changed, examplesMax } = options
    this.#peek = options.peek
    this.#contentOf = options.contentOf
    this.#filter = new FilterTrial(plugin, options)
    this.#changed = changed && new FilterTrial(changed, options)
    this.#undecodable = new Tally(examplesMax)
    this.#gained = new Tally(examplesMax)
    this.#lost = new Tally(examplesMax)
  }

  get matched(): number {
    return this.#filter.matchedCount
  }

  /** Rejects with REGISTRY_UNAVAILABLE if a schema can't be fetched. */
  take(record: SourceRecord): void | Promise<void> {
    const peeked = this.#peek(record)
    return peeked.type === 'obstacle' ? this.#takeLater(record) : this.#put(record, peeked)
  }

  report(): BacktestReport {
    this.#evaluateBatch()
    return {
      records: this.records,
      tombstones: this.#tombstones,
      undecodable: this.#undecodable.report(),
      filter: this.#filter.report(),
      ...(this.#changed && {
        changed: {
          ...this.#changed.report(),
          gained: this.#gained.report(),
          lost: this.#lost.report(),
        },
      }),
    }
  }

  async #takeLater(record: SourceRecord): Promise<void> {
    let why = ''
    for (let tries = 0; tries < REGISTRY_TRIES_MAX; tries++) {
      const peeked = this.#peek(record)
      if (peeked.type !== 'obstacle') return this.#put(record, peeked)
      why = peeked.obstacle.why
      await peeked.obstacle.cleared
    }
    throw new InventoryEventsError('REGISTRY_UNAVAILABLE', why, { retryable: true })
  }

  #put(record: SourceRecord, peeked: Exclude<Peek, { type: 'obstacle' }>): void {
    this.records += 1
    switch (peeked.type) {
      case 'tombstone':
        this.#tombstones += 1
        return
      case 'undecodable':
        this.#undecodable.add(peeked.error, () => exampleOf(record, {}))
        return
      case 'event':
        this.#batch.push(new LazyEvent(copyRecord(record), peeked))
        this.#batchBytes += bytesOf(record)
        if (this.#batch.length >= BATCH_EVENTS_MAX || this.#batchBytes >= BATCH_BYTES_MAX) {
          this.#evaluateBatch()
        }
    }
  }

  #evaluateBatch(): void {
    const batch = this.#batch
    if (batch.length === 0) return
    this.#batch = []
    this.#batchBytes = 0
    const [now, then] = [this.#filter.evaluate(batch), this.#changed?.evaluate(batch)]
    for (const [i, event] of batch.entries()) {
      this.#count(event, now[i] as FilterDecision, then?.[i])
    }
  }

  #count(event: LazyEvent, now: FilterDecision, then: FilterDecision | undefined): void {
    const isDeclined = now.type === 'unwanted' && (then ?? now).type === 'unwanted'
    const why = isDeclined ? undefined : whyUndecodable(event)
    if (why !== undefined) {
      this.#undecodable.add(why, () => exampleOf(event.record, { name: event.name }))
      return
    }
    this.#filter.count(event, now)
    if (then === undefined) return
    this.#changed?.count(event, then)
    this.#compare(event, now.type === 'wanted', then.type === 'wanted')
  }

  #compare(event: LazyEvent, isMatched: boolean, willBe: boolean): void {
    if (isMatched === willBe) return
    const { record, name } = event
    const tally = willBe ? this.#gained : this.#lost
    tally.add(name, () =>
      exampleOf(record, { name, id: event.id, content: contentFor(event, this.#contentOf) }),
    )
  }
}

function whyUndecodable(lazy: LazyEvent): string | undefined {
  try {
    void lazy.event
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}
