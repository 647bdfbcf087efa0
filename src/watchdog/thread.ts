// The thread that watches the main thread. The two share nothing but the call table.
import { writeSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { messageOf } from '../util/errors.ts'
import { logFormat, STDOUT } from '../util/log/format.ts'
import { logText } from '../util/log/text.ts'
import { jsonText } from '../util/text/foreign-text.ts'
import { withTimeout } from '../util/with-timeout.ts'
import { CallTable, type RunningCalls, type TrackedCall } from './call-table.ts'
import type { CrashRecorder } from './crash-recorder.ts'
import { killBlockedProcess } from './kill-blocked-process.ts'
import { RECORD_CRASH_TIMEOUT_MS } from './record-crash.ts'
import { StallDetector } from './stall-detector.ts'
import type { WatchdogWorkerData } from './watchdog.ts'

const MAX_CALLS_LOGGED = 10
/**
 * Then the service has started. The Kafka client is most of what this thread loads, and the main
 * thread is waiting for the same processors; a crash before that loads it at once.
 */
const LOAD_AFTER_MS = 10_000

const { shared, timeoutMs, periodMs, config } = workerData as WatchdogWorkerData
const table = new CallTable(shared)
const stall = new StallDetector(periodMs)
let recorder: Promise<CrashRecorder> | undefined
let recording: Promise<void> | undefined
const timer = setInterval(check, periodMs)
setTimeout(loadRecorder, LOAD_AFTER_MS)
parentPort?.on('message', () => void exit(table.read()))

function check(): void {
  const blockedMs = Math.round(stall.check(performance.now(), table.beats))
  if (blockedMs < timeoutMs) return
  clearInterval(timer)
  void end(table.read(), blockedMs)
}

async function end(calls: RunningCalls, blockedMs: number): Promise<void> {
  write({ ...culprits(calls), blockedMs }, 'the main thread is blocked; ending the process')
  await record(calls)
  killBlockedProcess((at) => write({ at }, 'stack of the blocked main thread'))
}

/** The main thread waits for this in its exit listener. */
async function exit(calls: RunningCalls): Promise<void> {
  clearInterval(timer)
  write(culprits(calls), 'the process exits while a handler is running')
  await record(calls)
  table.recorded()
}

/** Runs once: a blocked thread may still exit while its crash is being recorded. */
function record(calls: RunningCalls): Promise<void> {
  recording ??= tryToRecord(calls)
  return recording
}

async function tryToRecord(calls: RunningCalls): Promise<void> {
  const late = () => new Error(`no response within ${RECORD_CRASH_TIMEOUT_MS / 1000} s`)
  try {
    const recorded = loadRecorder().then((record) => record(calls))
    await withTimeout(recorded, RECORD_CRASH_TIMEOUT_MS, late)
  } catch (error) {
    write({ error: messageOf(error) }, 'could not record the crash; it will not be counted')
  }
}

function loadRecorder(): Promise<CrashRecorder> {
  recorder ??= import('./crash-recorder.ts').then((module) => module.createCrashRecorder(config))
  return recorder
}

function culprits({ onThread, running }: RunningCalls): object {
  // Without a call on the thread, any running call may have continued and blocked it.
  const [first, ...others] = onThread === undefined ? running : [onThread]
  if (first === undefined) return {}
  if (others.length === 0) return fieldsOf(first)
  return { running: running.slice(0, MAX_CALLS_LOGGED).map(fieldsOf), runningCount: running.length }
}

function fieldsOf({ plugin, record, event }: TrackedCall): object {
  return { plugin, record, event }
}

/** Writes a line in the format of the log; the logger itself belongs to the main thread. */
function write(fields: object, msg: string): void {
  const line = { level: 'fatal', time: new Date().toISOString(), ...fields, msg }
  try {
    const json = jsonText(line)
    const isText = logFormat(STDOUT, config.LOG_FORMAT) === 'text'
    writeSync(STDOUT, isText ? logText(json) : `${json}\n`)
  } catch {
    // Stdout is closed. The process ends all the same.
  }
}
