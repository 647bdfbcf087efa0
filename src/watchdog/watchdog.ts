import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Config } from '../config/settings.ts'
import { CallTable } from './call-table.ts'
import { RECORD_CRASH_TIMEOUT_MS } from './record-crash.ts'

export interface WatchdogOptions {
  /** Where Kafka is, and whose crashes are noted there. */
  config: Config<'KAFKA_BROKERS'>
  /** After how long a blocked main thread ends the process. */
  timeoutMs: number
  /** The watching thread itself failed: nobody would notice a blocked main thread any more. */
  onFailure(error: Error): void
}

export interface Watchdog {
  /** Where calls are noted, so that the one that blocks can be named. */
  board: CallTable
  /** From now on the process may exit in the middle of calls, through no fault of theirs. */
  expectExit(): void
  stop(): Promise<void>
}

/** What the thread is told when it starts. */
export interface WatchOrder {
  shared: SharedArrayBuffer
  timeoutMs: number
  periodMs: number
  config: Config<'KAFKA_BROKERS'>
}

/** A little longer than noting takes, so that the thread can say that it failed. */
const EXIT_LIMIT_MS = RECORD_CRASH_TIMEOUT_MS + 500
const PERIODS = 20
const PERIOD_MS = { least: 20, most: 1_000 }

/**
 * Watches the main thread from another one. While the main thread is blocked no timer of its own
 * fires: no time limit, no heartbeat, no signal handler. After the limit the process ends with exit
 * 1, a last line of log that names who blocked it, and a note of the crash in Kafka. A handler that
 * exits the process is noted too.
 */
export function startWatchdog({ config, timeoutMs, onFailure }: WatchdogOptions): Watchdog {
  const board = new CallTable()
  board.clear()
  const periodMs = Math.min(PERIOD_MS.most, Math.max(PERIOD_MS.least, timeoutMs / PERIODS))
  const order: WatchOrder = { shared: board.shared, timeoutMs, periodMs, config }
  const file = new URL(`./thread${extname(import.meta.url)}`, import.meta.url)
  const worker = new Worker(file, { workerData: order })
  const beat = setInterval(() => board.beat(), periodMs)
  worker.on('error', onFailure)
  worker.unref()
  beat.unref()
  const onExit = () => {
    if (board.read().running.length === 0) return
    worker.postMessage('the process exits')
    board.awaitNoted(EXIT_LIMIT_MS)
  }
  const expectExit = () => void process.off('exit', onExit)
  process.on('exit', onExit)
  return {
    board,
    expectExit,
    async stop() {
      expectExit()
      clearInterval(beat)
      await worker.terminate()
    },
  }
}
