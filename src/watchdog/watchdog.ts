import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Config } from '../config/settings.ts'
import { CallTable } from './call-table.ts'
import { RECORD_CRASH_TIMEOUT_MS } from './record-crash.ts'

export interface WatchdogOptions {
  /** For the connection to Kafka, where crashes are recorded for KAFKA_GROUP_ID. */
  config: Config<'KAFKA_BROKERS'>
  /** How long the main thread may be blocked before the process is ended. */
  timeoutMs: number
  /** The watching thread itself failed, so a blocked main thread would no longer be noticed. */
  onFailure(error: Error): void
}

export interface Watchdog {
  /** Holds the running calls, so that the one that blocks can be named. */
  board: CallTable
  /** From now on an exit during a handler call is not recorded as that handler's crash. */
  expectExit(): void
  stop(): Promise<void>
}

/** The `workerData` of the watching thread. */
export interface WatchdogWorkerData {
  shared: SharedArrayBuffer
  timeoutMs: number
  periodMs: number
  config: Config<'KAFKA_BROKERS'>
}

/** A little longer than recording may take, so that the thread can still log a failure. */
const EXIT_LIMIT_MS = RECORD_CRASH_TIMEOUT_MS + 500
const PERIODS = 20
const PERIOD_MS = { least: 20, most: 1_000 }

/**
 * Watches the main thread from another one. While the main thread is blocked none of its timers
 * fire: no handler timeout, no heartbeat, no signal handler. After `timeoutMs` the process ends
 * with exit code 1, after a log line that names the blocking call and a crash record in Kafka. A
 * handler that exits the process is recorded too.
 */
export function startWatchdog({ config, timeoutMs, onFailure }: WatchdogOptions): Watchdog {
  const table = new CallTable()
  table.clear()
  const periodMs = Math.min(PERIOD_MS.most, Math.max(PERIOD_MS.least, timeoutMs / PERIODS))
  const workerData: WatchdogWorkerData = { shared: table.shared, timeoutMs, periodMs, config }
  const file = new URL(`./thread${extname(import.meta.url)}`, import.meta.url)
  const worker = new Worker(file, { workerData })
  const beat = setInterval(() => table.beat(), periodMs)
  worker.on('error', onFailure)
  worker.unref()
  beat.unref()
  const onExit = () => {
    if (table.read().running.length === 0) return
    worker.postMessage('the process exits')
    table.awaitRecorded(EXIT_LIMIT_MS)
  }
  const expectExit = () => void process.off('exit', onExit)
  process.on('exit', onExit)
  return {
    board: table,
    expectExit,
    async stop() {
      expectExit()
      clearInterval(beat)
      await worker.terminate()
    },
  }
}
