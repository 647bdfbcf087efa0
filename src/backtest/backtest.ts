import type { SourceRecord } from '../event/record.ts'
import type { FilterDecision } from '../pipeline/intake/evaluate-filters.ts'
import type { Peek } from '../pipeline/intake/peek.ts'
import { bytesOf, copyRecord } from '../pipeline/intake/retain-record.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import { InventoryEventsError, messageOf } from '../util/errors.ts'
import { type FilterReport, FilterTrial, type TrialOptions } from './filter-trial.ts'
import { LazyEvent } from './lazy-event.ts'
import { exampleOf, type Tallied, Tally } from './tally.ts'

export interface BacktestOptions extends TrialOptions {
  plugin: LoadedPlugin
  /** The plugin with a changed filter, if it is to be compared with that. */
  changed: LoadedPlugin | undefined
  peek(record: SourceRecord): Peek
}

/** `records` = tombstones + undecodable + what a filter said of the others. */
export interface BacktestReport {
  records: number
  tombstones: number
  /** By what is wrong with them. Only what a filter does not decline is decoded whole. */
  undecodable: Tallied
  filter: FilterReport
  changed?: FilterReport & {
    /** What it matches and the filter of now does not, by the event's name. */
    gained: Tallied
    /** What it does not match and the filter of now does. */
    lost: Tallied
  }
}

const BATCH_EVENTS_MAX = 1_000
const BATCH_BYTES_MAX = 8 * 1024 * 1024
const REGISTRY_TRIES_MAX = 5

/** Asks a plugin's filters of records as they are read; no handler is called. Its memory is bounded. */
export class Backtest {
  records = 0
  #tombstones = 0
  #undecodable: Tally
  #filter: FilterTrial
  #changed: FilterTrial | undefined
  #gained: Tally
  #lost: Tally
  #peek: BacktestOptions['peek']
  #batch: LazyEvent[] = []
  #batchBytes = 0

  constructor(options: BacktestOptions) {
    const { plugin, changed, examplesMax } = options
    this.#peek = options.peek
    this.#filter = new FilterTrial(plugin, options)
    this.#changed = changed && new FilterTrial(changed, options)
    this.#undecodable = new Tally(examplesMax)
    this.#gained = new Tally(examplesMax)
    this.#lost = new Tally(examplesMax)
  }

  get matched(): number {
    return this.#filter.matchedCount
  }

  /** Rejects with REGISTRY_UNAVAILABLE where a schema can't be asked for. */
  take(record: SourceRecord): void | Promise<void> {
    const peeked = this.#peek(record)
    return peeked.type === 'obstacle' ? this.#takeLater(record) : this.#put(record, peeked)
  }

  report(): BacktestReport {
    this.#askBatch()
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
          this.#askBatch()
        }
    }
  }

  #askBatch(): void {
    const batch = this.#batch
    if (batch.length === 0) return
    this.#batch = []
    this.#batchBytes = 0
    const [now, then] = [this.#filter.ask(batch), this.#changed?.ask(batch)]
    for (const [i, asked] of batch.entries()) {
      this.#count(asked, now[i] as FilterDecision, then?.[i])
    }
  }

  #count(asked: LazyEvent, now: FilterDecision, then: FilterDecision | undefined): void {
    const isDeclined = now.type === 'unwanted' && (then ?? now).type === 'unwanted'
    const why = isDeclined ? undefined : whyUndecodable(asked)
    if (why !== undefined) {
      this.#undecodable.add(why, () => exampleOf(asked.record, { name: asked.name }))
      return
    }
    this.#filter.count(asked, now)
    if (then === undefined) return
    this.#changed?.count(asked, then)
    this.#compare(asked, now.type === 'wanted', then.type === 'wanted')
  }

  #compare(asked: LazyEvent, isMatched: boolean, willBe: boolean): void {
    if (isMatched === willBe) return
    const { record, name } = asked
    const tally = willBe ? this.#gained : this.#lost
    tally.add(name, () => exampleOf(record, { name, id: asked.id }))
  }
}

function whyUndecodable(asked: LazyEvent): string | undefined {
  try {
    void asked.event
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}
