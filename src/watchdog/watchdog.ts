import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Config } from '../config/settings.ts'
import { CallBoard } from './call-board.ts'

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
  board: CallBoard
  stop(): Promise<void>
}

/** What the thread is told when it starts. */
export interface WatchOrder {
  shared: SharedArrayBuffer
  timeoutMs: number
  periodMs: number
  config: Config<'KAFKA_BROKERS'>
}

const PERIODS = 20
const PERIOD_MS = { least: 20, most: 1_000 }

/**
 * Watches the main thread from another one. While the main thread is blocked no timer of its own
 * fires: no time limit, no heartbeat, no signal handler. After the limit the process ends with exit
 * 1, a last line of log that names who blocked it, and a note of the crash in Kafka.
 */
export function startWatchdog({ config, timeoutMs, onFailure }: WatchdogOptions): Watchdog {
  const board = new CallBoard()
  board.clear()
  const periodMs = Math.min(PERIOD_MS.most, Math.max(PERIOD_MS.least, timeoutMs / PERIODS))
  const order: WatchOrder = { shared: board.shared, timeoutMs, periodMs, config }
  const file = new URL(`./thread${extname(import.meta.url)}`, import.meta.url)
  const worker = new Worker(file, { workerData: order })
  const beat = setInterval(() => board.beat(), periodMs)
  worker.on('error', onFailure)
  worker.unref()
  beat.unref()
  return {
    board,
    async stop() {
      clearInterval(beat)
      await worker.terminate()
    },
  }
}
