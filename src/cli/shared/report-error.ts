import { InventoryEventsError, messageOf } from '../../util/errors.ts'
import { Failure, failureLines } from '../../util/failure/failure.ts'
import { failureOf } from '../../util/failure/failure-of.ts'
import type { LogFormat } from '../../util/log/format.ts'
import { commandLog, printError } from './output.ts'

type Env = Readonly<Record<string, string | undefined>>

interface ReportOptions {
  /** What failed. */
  what?: string
  format?: LogFormat
}

const CAUSES_MAX = 8

/**
 * Reports why the process fails: as text or, where logs are JSON, in one line like them, so that what
 * collects the log finds it. As text it is the message; with LOG_LEVEL=debug or trace also its causes.
 */
export async function reportError(
  error: unknown,
  env: Env,
  options: ReportOptions = {},
): Promise<void> {
  const { what = 'command', format = formatIn(env) } = options
  if (format === 'json') {
    await logFailure(what, error)
    return
  }
  const isVerbose = ['debug', 'trace'].includes(env.LOG_LEVEL ?? '')
  const lines = [`error: ${messageOf(error)}`, ...(isVerbose ? causesOf(error) : [])]
  printError(lines.join('\n'))
}

/** LOG_FORMAT as far as it is valid: what is wrong with it may be what is reported. */
export function formatIn({ LOG_FORMAT: text }: Env): LogFormat | undefined {
  return text === 'json' || text === 'text' ? text : undefined
}

/** Loads the logger only now: most commands need none. */
async function logFailure(what: string, error: unknown): Promise<void> {
  const [title = '', ...problems] = messageOf(error).split('\n')
  const fields = {
    err: withoutPlace(error),
    ...(problems.length > 0 && { problems: problems.map(trimmed) }),
  }
  const { createLogger } = await import('../../util/logger.ts')
  const log = createLogger('fatal', commandLog('json'))
  log.fatal(fields, `${what} failed: ${title.replace(/:$/, '')}`)
}

/** Our own refusals say what is wrong and where; where in our source says nothing more. */
function withoutPlace(error: unknown): unknown {
  if (!(error instanceof InventoryEventsError)) return error
  const { message, at: _, stack: __, ...details }: Failure = failureOf(error)
  return new Failure(message, details)
}

function causesOf(error: unknown): string[] {
  const lines: string[] = []
  let next = error instanceof Error ? error.cause : undefined
  while (next !== undefined && lines.length < CAUSES_MAX) {
    lines.push(`  caused by: ${causeText(next)}`)
    next = next instanceof Error ? next.cause : undefined
  }
  return lines
}

function causeText(cause: unknown): string {
  if (cause instanceof Failure) return failureLines(cause).join('\n')
  return cause instanceof Error ? (cause.stack ?? cause.message) : messageOf(cause)
}

function trimmed(line: string): string {
  return line.trim()
}
