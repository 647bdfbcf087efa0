import { InventoryEventsError, messageOf } from '../../util/errors.ts'
import { Failure } from '../../util/failure/failure.ts'
import { failureOf } from '../../util/failure/failure-of.ts'
import { type LogFormat, logFormat, STDERR } from '../../util/log/format.ts'
import { reportError } from './report-error.ts'

type Env = Readonly<Record<string, string | undefined>>

/**
 * The action of a command that logs. If it fails, the reason is logged in one line like all else, so
 * that what collects the log finds it; at a terminal it is text.
 */
export function serviceCommand(what: 'service' | 'gateway', run: () => Promise<void>) {
  return async (): Promise<void> => {
    try {
      await run()
    } catch (error) {
      await reportFailure(what, error, process.env)
      // Open connections would keep the process alive.
      process.exit(1)
    }
  }
}

async function reportFailure(what: string, error: unknown, env: Env): Promise<void> {
  if (logFormat(STDERR, formatIn(env)) === 'text') {
    reportError(error, env)
    return
  }
  const [title = '', ...problems] = messageOf(error).split('\n')
  const fields = {
    err: withoutPlace(error),
    ...(problems.length > 0 && { problems: problems.map(trimmed) }),
  }
  const { createLogger } = await import('../../util/logger.ts')
  const { logOutput } = await import('../../util/log/output.ts')
  const log = createLogger('fatal', logOutput(STDERR, 'json'))
  log.fatal(fields, `${what} failed: ${title.replace(/:$/, '')}`)
}

/** Our own refusals say what is wrong and where; where in our source says nothing more. */
function withoutPlace(error: unknown): unknown {
  if (!(error instanceof InventoryEventsError)) return error
  const { message, at: _, stack: __, ...details }: Failure = failureOf(error)
  return new Failure(message, details)
}

/** LOG_FORMAT as far as it is valid: what is wrong with it may be what is reported. */
export function formatIn({ LOG_FORMAT: text }: Env): LogFormat | undefined {
  return text === 'json' || text === 'text' ? text : undefined
}

function trimmed(line: string): string {
  return line.trim()
}
