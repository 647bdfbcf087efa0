import type { Clock } from '../util/clock.ts'
import type { Failure } from '../util/failure/failure.ts'
import { failureOf } from '../util/failure/failure-of.ts'
import type { Logger } from '../util/logger.ts'

export interface SampledLogOptions {
  log: Logger
  clock: Clock
  /** The maximum number of lines per plugin, error and window. */
  linesMax?: number
  windowMs?: number
  /** The maximum number of different errors per window; the rest are counted together. */
  errorsMax?: number
  /** Is given every failure, also those that are not logged. */
  errors?: { add(plugin: string, error: Failure, what: string): void } | undefined
}

export interface SampledLog {
  /** Logs a failure of a plugin, unless the same error reached `linesMax` in this window. */
  warn(plugin: string, error: unknown, fields: object, message: string): void
  /** Logs how many lines were suppressed. */
  close(): void
}

interface Tally {
  plugin: string
  error: string
  lines: number
  suppressed: number
}

const OTHER_ERRORS = 'other errors'

/** Keeps a plugin that fails on every event from flooding the log, and counts what it suppresses. */
export function createSampledLog({
  log,
  clock,
  linesMax = 5,
  windowMs = 60_000,
  errorsMax = 100,
  errors,
}: SampledLogOptions): SampledLog {
  const tallies = new Map<string, Tally>()
  let cancelWindow: (() => void) | undefined

  function warn(plugin: string, error: unknown, fields: object, message: string): void {
    cancelWindow ??= clock.after(windowMs, summarise)
    const err = failureOf(error)
    errors?.add(plugin, err, message)
    const tally = tallyOf(plugin, shapeOf(err.message))
    if (tally.lines >= linesMax) {
      tally.suppressed++
      return
    }
    tally.lines++
    log.warn({ plugin, err, ...fields }, message)
  }

  function tallyOf(plugin: string, error: string): Tally {
    const known = tallies.get(`${plugin} ${error}`)
    if (known !== undefined) return known
    if (tallies.size >= errorsMax && error !== OTHER_ERRORS) return tallyOf(plugin, OTHER_ERRORS)
    const tally = { plugin, error, lines: 0, suppressed: 0 }
    tallies.set(`${plugin} ${error}`, tally)
    return tally
  }

  function summarise(): void {
    cancelWindow?.()
    cancelWindow = undefined
    for (const { plugin, error, suppressed } of tallies.values()) {
      if (suppressed > 0)
        log.warn({ plugin, error, unsaid: suppressed }, 'similar failures suppressed')
    }
    tallies.clear()
  }

  return { warn, close: summarise }
}

/** Messages that differ only in ids or numbers count as the same error. */
function shapeOf(message: string): string {
  return message.slice(0, 200).replace(/[\w-]+/g, (word) => (/\d/.test(word) ? '#' : word))
}
