// The thread that watches the main thread. It shares nothing with it but the board.
import { writeSync } from 'node:fs'
import { workerData } from 'node:worker_threads'
import { messageOf } from '../event/errors.ts'
import { within } from '../event/within.ts'
import { createKafka } from '../kafka/client.ts'
import { KafkaCrashNotes } from '../kafka/crash-notes.ts'
import { createLogger } from '../observe/logger.ts'
import { CallBoard, type RunningCalls } from './call-board.ts'
import { endBlockedProcess } from './end-process.ts'
import { noteCrash } from './note-crash.ts'
import { Stall } from './stall.ts'
import type { WatchOrder } from './watchdog.ts'

const STDOUT = 1
const RUNNING_NAMED = 10
/** How long the end of the process may be held up to note why. */
const NOTE_LIMIT_MS = 3_000

const { shared, timeoutMs, periodMs, config } = workerData as WatchOrder
const board = new CallBoard(shared)
const stall = new Stall(periodMs)
const log = createLogger('silent')
const notes = new KafkaCrashNotes({
  kafka: createKafka(config, log),
  groupId: config.KAFKA_GROUP_ID,
  limitMs: NOTE_LIMIT_MS,
  log,
})
const timer = setInterval(look, periodMs)

function look(): void {
  const blockedMs = Math.round(stall.look(performance.now(), board.beats))
  if (blockedMs < timeoutMs) return
  clearInterval(timer)
  void end(board.read(), blockedMs)
}

async function end(calls: RunningCalls, blockedMs: number): Promise<void> {
  say({ ...whoIn(calls), blockedMs }, 'the main thread is blocked: the process ends')
  const late = () => new Error(`no answer within ${NOTE_LIMIT_MS / 1000} s`)
  try {
    await within(noteCrash(calls, notes), NOTE_LIMIT_MS, late)
  } catch (error) {
    say({ error: messageOf(error) }, 'this crash could not be noted, and will not count')
  }
  endBlockedProcess((at) => say({ at }, 'where the main thread is blocked'))
}

function whoIn({ onThread, running }: RunningCalls): object {
  // A call that gave the thread back may have it again: then it is one of those that run.
  const [first, ...others] = onThread === undefined ? running : [onThread]
  if (first === undefined || others.length === 0) return { ...first }
  return { running: running.slice(0, RUNNING_NAMED), runningCount: running.length }
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
