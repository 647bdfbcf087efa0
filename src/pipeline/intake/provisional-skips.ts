import { isRedrive } from '../../topics/names.ts'
import type { Clock } from '../../util/clock.ts'
import { settledWithin } from '../../util/with-timeout.ts'
import type { Epoch } from '../source.ts'
import { isBelow, type StartOffsets } from './start-offsets.ts'

/** Where the pipeline notes what it skips because of a switch. */
export interface SwitchedSkips {
  /** A record that the plugin does not get. Called before the offset ledger settles it. */
  add(epoch: Epoch, slug: string, offset: number): void
  /** Resolves when what was skipped so far counts, as far as that is only a matter of reading switches. */
  confirmed(): Promise<void>
  /** The epoch has ended. */
  forget(epoch: Epoch): void
}

/** Where nothing can be switched. */
export const allCertain: SwitchedSkips = {
  add: () => undefined,
  confirmed: async () => undefined,
  forget: () => undefined,
}

export interface ProvisionalSkipsPorts {
  switches: {
    skipCauseOf(slug: string): unknown
    startOf(slug: string): { readonly offsets: StartOffsets } | undefined
    pauseOf(slug: string): AbortSignal | undefined
    onChange(listener: () => void): void
  }
  clock: Pick<Clock, 'after'>
  /** Reads the switches now instead of a little later. */
  readNow(): void
}

/** The offsets that one plugin was not given, in one epoch. */
interface Skipped {
  first: number
  last: number
  /** The first of those that came since switches were last asked for; infinite if none did. */
  firstSince: number
  /** The plugin's start when the first of them was skipped. */
  start: object | undefined
  /** Whether one was skipped while the plugin was not paused: a pause then ends with a start. */
  isBeforePause: boolean
}

/** Kafka usually answers within milliseconds. A hand-over waits no longer; who gets the partition skips them again. */
const CONFIRM_LIMIT_MS = 2_000

/**
 * A process may believe that a plugin is off while it is not any more: switches are read twice a second,
 * and it may have been frozen. So what it skips for that reason is provisional, and holds the watermark
 * back, until switches have been read to their end after that. If the plugin is still off then, the
 * record came before whatever will enable it. If the plugin starts at an offset at or below it, the
 * record was skipped in error, and the partition is read again from where the group stands.
 */
export class ProvisionalSkips implements SwitchedSkips {
  readonly #ports: ProvisionalSkipsPorts
  readonly #byEpoch = new Map<Epoch, Map<string, Skipped>>()
  #onWrong: (epoch: Epoch, slug: string) => void = () => undefined
  #waiting: (() => void)[] = []

  constructor(ports: ProvisionalSkipsPorts) {
    this.#ports = ports
    ports.switches.onChange(() => this.#judge())
  }

  /** The listener is called for a partition of which something was skipped in error. */
  onWrong(listener: (epoch: Epoch, slug: string) => void): void {
    this.#onWrong = listener
  }

  add(epoch: Epoch, slug: string, offset: number): void {
    if (epoch.lost.aborted) return
    const own = this.#byEpoch.get(epoch) ?? this.#begin(epoch)
    const { switches } = this.#ports
    const isBeforePause = switches.pauseOf(slug) === undefined
    const known = own.get(slug)
    if (known === undefined) {
      const offsets = { first: offset, last: offset, firstSince: offset }
      own.set(slug, { ...offsets, start: switches.startOf(slug), isBeforePause })
    } else {
      known.first = Math.min(known.first, offset)
      known.last = Math.max(known.last, offset)
      known.firstSince = Math.min(known.firstSince, offset)
      known.isBeforePause ||= isBeforePause
    }
    epoch.ledger.hold(offset)
  }

  /** Called before switches are read; call the result when everything that was there by then is known. */
  reading(): () => void {
    for (const own of this.#byEpoch.values())
      for (const skipped of own.values()) skipped.firstSince = Infinity
    const waiting = this.#waiting.splice(0)
    return () => {
      for (const [epoch, own] of this.#byEpoch) this.#confirm(epoch, own)
      for (const resolve of waiting) resolve()
    }
  }

  async confirmed(): Promise<void> {
    const all = [...this.#byEpoch.values()].flatMap((own) => [...own])
    if (all.every((each) => this.#isUndecided(...each))) return
    const read = new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#ports.readNow()
    await settledWithin(read, CONFIRM_LIMIT_MS, this.#ports.clock)
  }

  forget(epoch: Epoch): void {
    this.#byEpoch.delete(epoch)
  }

  #begin(epoch: Epoch): Map<string, Skipped> {
    const own = new Map<string, Skipped>()
    this.#byEpoch.set(epoch, own)
    return own
  }

  #confirm(epoch: Epoch, own: Map<string, Skipped>): void {
    for (const [slug, skipped] of own) {
      if (this.#isUndecided(slug, skipped)) continue
      skipped.first = skipped.firstSince
      if (skipped.first === Infinity) own.delete(slug)
    }
    epoch.ledger.letGo(Math.min(...[...own.values()].map(({ first }) => first)))
    if (own.size === 0) this.#byEpoch.delete(epoch)
  }

  /** Whether the plugin is to continue, and where is not known yet. */
  #isUndecided(slug: string, { isBeforePause }: Skipped): boolean {
    const { switches } = this.#ports
    return (
      isBeforePause &&
      switches.skipCauseOf(slug) === undefined &&
      switches.pauseOf(slug) !== undefined
    )
  }

  #judge(): void {
    for (const [epoch, own] of this.#byEpoch) {
      const wrong = [...own].find(([slug, skipped]) => this.#isWrong(epoch, slug, skipped))
      if (wrong === undefined) continue
      this.forget(epoch)
      this.#onWrong(epoch, wrong[0])
    }
  }

  #isWrong(epoch: Epoch, slug: string, skipped: Skipped): boolean {
    const { switches } = this.#ports
    // Redriven events have no start: all that come while the plugin takes events are for it.
    if (isRedrive(epoch)) return switches.skipCauseOf(slug) === undefined
    const start = switches.startOf(slug)
    if (start === skipped.start) return false
    skipped.start = start
    const { topic, partition } = epoch
    return !isBelow(start?.offsets, { topic, partition, offset: skipped.last })
  }
}
