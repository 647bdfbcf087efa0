import type { Contract } from '../../avro/schema/contract-schemas.ts'
import type { JsonValue } from '../../event/json.ts'
import type { CompletedOutcome, MarkedOutcome } from '../../event/outcome.ts'
import type { PluginLife } from '../../plugin/life/plugin-life.ts'
import type { LoadedPlugin } from '../../plugin/loaded-plugin.ts'
import type { PluginLog } from '../../plugin/plugin.ts'
import { systemClock } from '../../util/clock.ts'
import { InventoryEventsError, messageOf } from '../../util/errors.ts'
import { withTimeout } from '../../util/with-timeout.ts'
import { type DeliveryReport, reportOf } from '../delivery-report.ts'
import { lifeOf } from '../in-life.ts'
import { Kept } from '../kept.ts'
import { type PublishedEvent, PublishedEvents } from '../published-events.ts'
import { type Item, runSequence } from '../run-sequence.ts'
import { impatientClock as clock } from '../time/impatient-clock.ts'

/** What a plugin does elsewhere, as its author shows it. */
export interface Probe {
  /** Everything that the plugin has done since `reset`, as data that can be compared. */
  probe(): unknown
  /** Undoes everything that the plugin has done. Called before each run. */
  reset?(): unknown
}

/** A plugin to be certified. */
export interface Subject {
  /** With the kinds that its events may be of. */
  contract: Contract
  /** The plugin and its probe as a new process has them: variables of its module are as at first. */
  load(): Promise<{ plugin: LoadedPlugin; probe: Probe | undefined }>
}

/** What has come of a sequence. */
export interface Seen {
  /** Undefined without a probe. */
  probe: unknown
  state: Record<string, JsonValue>
  /** What it published, by id. */
  published: Record<string, PublishedEvent[]>
  /** Events that were rejected or dead-lettered, by id. */
  deadLetters: Record<string, MarkedOutcome>
}

export interface TrialResult {
  seen: Seen
  deliveries: DeliveryReport[]
}

const PROBE_LIMIT_MS = 10_000

/** Runs a sequence in new processes, and looks at what has come of it. */
export async function runTrial(subject: Subject, items: readonly Item[]): Promise<TrialResult> {
  const lives: PluginLife[] = []
  const { contract } = subject
  const kept = new Kept()
  const published = new PublishedEvents(contract)
  const deliveries: DeliveryReport[] = []
  let current = await subject.load()
  await within('reset', () => current.probe?.reset?.())
  try {
    await runSequence(items, {
      ...{ contract, kept, clock, log: silent, published },
      async boot() {
        if (lives.length > 0) current = await subject.load()
        const life = lifeOf(current.plugin, silent)
        await life.start(new AbortController().signal)
        lives.push(life)
        return current.plugin
      },
      onSettled(delivery, outcome: CompletedOutcome) {
        const { event } = items[delivery.wanted.record.offset] as Item
        deliveries.push(reportOf(event, delivery, outcome, current.plugin))
      },
    })
    const probe = copyOf(await within('probe', () => current.probe?.probe()))
    return {
      seen: {
        ...{ probe, state: kept.states(), published: published.contents },
        deadLetters: kept.deadLetters(),
      },
      deliveries,
    }
  } finally {
    // A process that is killed calls no stop: what it had opened is closed when all has been seen.
    for (const life of lives.reverse()) await life.stop(() => false)
  }
}

/** The next run may change what the probe has returned. */
function copyOf(value: unknown): unknown {
  try {
    return structuredClone(value)
  } catch (error) {
    const message = `probe: expected data that can be copied: ${messageOf(error)}`
    throw new InventoryEventsError('PLUGIN_INVALID', message, { cause: error })
  }
}

async function within<T>(name: keyof Probe, call: () => T): Promise<Awaited<T>> {
  const late = () => new Error(`expected it to end within ${PROBE_LIMIT_MS} ms`)
  try {
    return await withTimeout((async () => await call())(), PROBE_LIMIT_MS, late, systemClock)
  } catch (error) {
    const message = `${name}: ${messageOf(error)}`
    throw new InventoryEventsError('PLUGIN_INVALID', message, { cause: error })
  }
}

const silent: PluginLog = { debug() {}, info() {}, warn() {}, error() {} }
