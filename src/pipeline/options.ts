import type { DeadLetterSink } from '../dead-letter/dead-letter.ts'
import type { SourceRecord } from '../event/record.ts'
import type { FollowUpSink } from '../follow-up/follow-up.ts'
import type { IdempotencyStore } from '../idempotency/store.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import type { PluginLog } from '../plugin/plugin.ts'
import type { Clock } from '../util/clock.ts'
import type { HealthPauses } from './admit/call-gate.ts'
import type { CrashStore } from './admit/crash-counts.ts'
import type { PluginSwitches } from './admit/plugin-switches.ts'
import type { Delivery } from './delivery.ts'
import type { CallSpans } from './handle/call-span.ts'
import type { Called } from './handle/call-watch.ts'
import type { CallSlots } from './handle/handle.ts'
import type { Prints } from './intake/decode.ts'
import type { PeekPorts } from './intake/peek.ts'
import type { SwitchedSkips } from './intake/provisional-skips.ts'
import type { PipelineReports } from './reports.ts'

export interface PipelineOptions {
  groupId: string
  plugins: readonly LoadedPlugin[]
  switches: PluginSwitches
  /** Decides when what is skipped because of a switch counts. Default: at once. */
  skips?: SwitchedSkips | undefined
  /** Pauses that plugins ask for themselves. Default: none. */
  health?: HealthPauses
  /** How many lanes have to fail before a plugin's breaker opens. Default: five. */
  lanesToOpenBreaker?: number
  maxInFlightBytes: number
  /** How long a handler may keep running after its signal aborts before it is reported as stuck. */
  handlerGraceMs: number
  schemaIdOf: PeekPorts['schemaIdOf']
  schemas: PeekPorts['schemas']
  prints: Prints
  store: IdempotencyStore
  deadLetters: DeadLetterSink
  followUps: FollowUpSink
  crashes: CrashStore
  /** A delivery that has ended the process this many times is dead-lettered. */
  maxCrashes: number
  calls: CallSlots
  spans?: CallSpans | undefined
  clock: Clock
  /** Returns a number from 0 (inclusive) to 1 (exclusive). */
  random: () => number
  /** Why Kafka has removed the record or is about to; undefined while it keeps it. */
  removalOf(record: SourceRecord): string | undefined
  /** `events` is given for a call with a batch, of which the delivery is the first. */
  logOf(delivery: Delivery, events?: number): PluginLog
  /** A handler ignores its signal. The process must end, because it must not be called again. */
  onStuck(...deliveries: Called): void
  reports: PipelineReports
}
