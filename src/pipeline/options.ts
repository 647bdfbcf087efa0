import type { DeadLetterSink } from '../dead-letter/dead-letter.ts'
import type { IdempotencyStore } from '../idempotency/store.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import type { PluginLog } from '../plugin/plugin.ts'
import type { Clock } from '../util/clock.ts'
import type { CrashStore } from './admit/crash-counts.ts'
import type { PluginSwitches } from './admit/plugin-switches.ts'
import type { Delivery } from './delivery.ts'
import type { CallSpans } from './handle/call-span.ts'
import type { CallSlots } from './handle/handle.ts'
import type { Fingerprint } from './intake/decode.ts'
import type { PeekPorts } from './intake/peek.ts'
import type { PipelineReports } from './reports.ts'

export interface PipelineOptions {
  groupId: string
  plugins: readonly LoadedPlugin[]
  switches: PluginSwitches
  maxInFlightBytes: number
  /** How long a handler may go on after its signal before the process must end. */
  handlerGraceMs: number
  schemaIdOf: PeekPorts['schemaIdOf']
  schemas: PeekPorts['schemas']
  fingerprint: Fingerprint
  store: IdempotencyStore
  deadLetters: DeadLetterSink
  crashes: CrashStore
  /** A delivery that ended the process so often becomes a dead letter. */
  maxCrashes: number
  calls: CallSlots
  spans?: CallSpans | undefined
  clock: Clock
  /** From 0 up to 1. */
  random: () => number
  /** How long Kafka keeps the records of a topic; undefined where that is for ever or not known. */
  retentionMsOf(topic: string): number | undefined
  logOf(delivery: Delivery): PluginLog
  /** A handler ignores its signal: the process must end rather than call it again. */
  onStuck(delivery: Delivery): void
  reports: PipelineReports
}
