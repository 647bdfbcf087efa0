// The thread that watches the main thread. It shares nothing with it but the board.
import { writeSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { createKafka } from '../kafka/client/client.ts'
import { KafkaCrashStore } from '../kafka/state/crash-store.ts'
import { messageOf } from '../util/errors.ts'
import { createLogger } from '../util/logger.ts'
import { withTimeout } from '../util/with-timeout.ts'
import { CallTable, type RunningCalls, type TrackedCall } from './call-table.ts'
import { killBlockedProcess } from './kill-blocked-process.ts'
import { RECORD_CRASH_TIMEOUT_MS, recordCrash } from './record-crash.ts'
import { StallDetector } from './stall-detector.ts'
import type { WatchOrder } from './watchdog.ts'

const STDOUT = 1
const RUNNING_NAMED = 10

const { shared, timeoutMs, periodMs, config } = workerData as WatchOrder
const board = new CallTable(shared)
const stall = new StallDetector(periodMs)
const log = createLogger('silent')
const notes = new KafkaCrashStore({
  kafka: createKafka(config, log),
  groupId: config.KAFKA_GROUP_ID,
  limitMs: RECORD_CRASH_TIMEOUT_MS,
  log,
})
let noted: Promise<void> | undefined
const timer = setInterval(look, periodMs)
parentPort?.on('message', () => void exit(board.read()))

function look(): void {
  const blockedMs = Math.round(stall.look(performance.now(), board.beats))
  if (blockedMs < timeoutMs) return
  clearInterval(timer)
  void end(board.read(), blockedMs)
}

async function end(calls: RunningCalls, blockedMs: number): Promise<void> {
  say({ ...whoIn(calls), blockedMs }, 'the main thread is blocked: the process ends')
  await note(calls)
  killBlockedProcess((at) => say({ at }, 'where the main thread is blocked'))
}

/** The main thread waits, with the last thing it does. */
async function exit(calls: RunningCalls): Promise<void> {
  clearInterval(timer)
  say(whoIn(calls), 'the process exits in the middle of a call')
  await note(calls)
  board.noted()
}

/** Once: a thread that was blocked may yet exit while that is noted. */
function note(calls: RunningCalls): Promise<void> {
  noted ??= tryToNote(calls)
  return noted
}

async function tryToNote(calls: RunningCalls): Promise<void> {
  const late = () => new Error(`no answer within ${RECORD_CRASH_TIMEOUT_MS / 1000} s`)
  try {
    await withTimeout(recordCrash(calls, notes), RECORD_CRASH_TIMEOUT_MS, late)
  } catch (error) {
    say({ error: messageOf(error) }, 'this crash could not be noted, and will not count')
  }
}

function whoIn({ onThread, running }: RunningCalls): object {
  // A call that gave the thread back may have it again: then it is one of those that run.
  const [first, ...others] = onThread === undefined ? running : [onThread]
  if (first === undefined) return {}
  if (others.length === 0) return named(first)
  return { running: running.slice(0, RUNNING_NAMED).map(named), runningCount: running.length }
}

function named({ plugin, record, event }: TrackedCall): object {
  return { plugin, record, event }
}

/** A line as the log has them. The logger itself belongs to the main thread. */
function say(fields: object, msg: string): void {
  const line = { level: 'fatal', time: new Date().toISOString(), ...fields, msg }
  try {
    writeSync(STDOUT, `${JSON.stringify(line)}\n`)
  } catch {
    // Nobody reads our output any more. The process ends all the same.
  }
}
