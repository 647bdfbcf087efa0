import type { Clock } from '../util/clock.ts'
import { messageOf } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'

export interface SampledLogOptions {
  log: Logger
  clock: Clock
  /** Lines of one plugin and error in one window. */
  linesMax?: number
  windowMs?: number
  /** Different errors that are told apart in one window; what comes after is counted together. */
  errorsMax?: number
}

export interface SampledLog {
  /** Logs a failure of a plugin, unless the same one has filled its lines in this window. */
  warn(plugin: string, error: unknown, fields: object, message: string): void
  /** Says what is still unsaid. */
  close(): void
}

interface Tally {
  plugin: string
  error: string
  lines: number
  unsaid: number
}

const OTHER_ERRORS = 'other errors'

/** Keeps a plugin that fails on every event from flooding the log, and still counts each failure. */
export function createSampledLog({
  log,
  clock,
  linesMax = 5,
  windowMs = 60_000,
  errorsMax = 100,
}: SampledLogOptions): SampledLog {
  const tallies = new Map<string, Tally>()
  let cancelWindow: (() => void) | undefined

  function warn(plugin: string, error: unknown, fields: object, message: string): void {
    cancelWindow ??= clock.after(windowMs, summarise)
    const tally = tallyOf(plugin, shapeOf(messageOf(error)))
    if (tally.lines >= linesMax) {
      tally.unsaid++
      return
    }
    tally.lines++
    log.warn({ plugin, err: error, ...fields }, message)
  }

  function tallyOf(plugin: string, error: string): Tally {
    const known = tallies.get(`${plugin} ${error}`)
    if (known !== undefined) return known
    if (tallies.size >= errorsMax && error !== OTHER_ERRORS) return tallyOf(plugin, OTHER_ERRORS)
    const tally = { plugin, error, lines: 0, unsaid: 0 }
    tallies.set(`${plugin} ${error}`, tally)
    return tally
  }

  function summarise(): void {
    cancelWindow?.()
    cancelWindow = undefined
    for (const { plugin, error, unsaid } of tallies.values()) {
      if (unsaid > 0) log.warn({ plugin, error, unsaid }, 'more failures like those logged')
    }
    tallies.clear()
  }

  return { warn, close: summarise }
}

/** Messages that differ only in an id or a number are the same error. */
function shapeOf(message: string): string {
  return message.slice(0, 200).replace(/[\w-]*\d[\w-]*/g, '#')
}
