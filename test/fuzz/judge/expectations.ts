import type { EventJson, Slug } from '../steps/step.ts'
import type { ExpectedCall, ExpectedLetter, Fate, RecordBytes } from './fate.ts'
import { resultOf, SLUGS, wants } from './plugins.ts'
import { SwitchModel } from './switches.ts'

/** A record that was written, as far as that is known: a publisher does not tell where. */
export interface WrittenRecord {
  step: number
  place?: string
  bytes?: RecordBytes
  fate: Fate
}

/** What must have happened when a case is done. */
export class Expectations {
  readonly switches = new SwitchModel()
  calls: ExpectedCall[] = []
  letters: ExpectedLetter[] = []
  /** Records that must be handled or dead-lettered, either of them. */
  either: { step: number; place: string; record: number }[] = []
  /** Their places, also of those that need not be accounted for: plugins may be called or not. */
  readonly eitherPlaces = new Set<string>()
  #pausedAt = new Map<Slug, number>()
  /** The step that wrote a record, by its place. */
  readonly stepAt = new Map<string, number>()
  /** Records written, without forged ones. */
  records = 0

  add({ step, place, bytes, fate }: WrittenRecord): void {
    this.records += 1
    if (place !== undefined) this.stepAt.set(place, step)
    const offered = SLUGS.filter((slug) => this.switches.takes(slug))
    const record = this.records
    const letter = { step, record, place, id: undefined, isStub: false, bytes }
    switch (fate.type) {
      case 'event':
        this.#event(fate.event, offeredTo(offered, fate), letter)
        return
      case 'conflict':
        for (const plugin of offeredTo(offered, fate)) {
          this.letters.push({ ...letter, plugin, reason: 'conflict' })
        }
        return
      case 'undecodable': {
        const { reason, isStub = false } = fate
        const plugins = fate.name === undefined ? ['*'] : offered.filter((slug) => asks(slug, fate))
        if (offered.length === 0) return
        for (const plugin of plugins) this.letters.push({ ...letter, plugin, reason, isStub })
        return
      }
      case 'either':
        this.eitherPlaces.add(place!)
        if (offered.includes('every')) this.either.push({ step, place: place!, record })
        return
      case 'duplicate':
      case 'tombstone':
        return
    }
  }

  #event(
    event: EventJson,
    plugins: Slug[],
    common: Omit<ExpectedLetter, 'plugin' | 'reason' | 'id'>,
  ): void {
    const { id } = event
    const { step, record } = common
    for (const plugin of plugins) {
      const { attempts, letter } = resultOf(plugin, id)
      this.calls.push({ step, record, plugin, id, attempts, event })
      if (letter !== undefined) this.letters.push({ ...common, plugin, reason: letter, id })
    }
  }

  /** What waits for a paused plugin is what was written since. */
  paused(plugin: Slug): void {
    this.#pausedAt.set(plugin, this.records)
  }

  /** The plugin was paused and its events are skipped now, those that wait as well. */
  dropWaiting(plugin: Slug): void {
    const since = this.#pausedAt.get(plugin) ?? this.records
    const waits = (each: { plugin: string; record: number }) =>
      each.plugin === plugin && each.record > since
    this.calls = this.calls.filter((call) => !waits(call))
    this.letters = this.letters.filter((letter) => !waits(letter))
    if (plugin === 'every') this.either = this.either.filter(({ record }) => record <= since)
  }
}

function offeredTo(
  offered: Slug[],
  { name, event }: Extract<Fate, { type: 'event' | 'conflict' }>,
): Slug[] {
  return offered.filter((slug) => wants(slug, name, event))
}

/** Without the event by its name alone: the fields can't be read. */
function asks(slug: Slug, { name, event }: Extract<Fate, { type: 'undecodable' }>): boolean {
  if (name !== undefined && event !== undefined) return wants(slug, name, event)
  return slug === 'every' || (slug === 'flaky' && name === 'inventory.wasted')
}
