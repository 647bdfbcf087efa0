import { logFormat, STDERR } from '../../util/log/format.ts'
import { formatIn, reportError } from './report-error.ts'

/**
 * The action of a command that logs. If it fails, the reason is in the format of its log: JSON, except at
 * a terminal.
 */
export function serviceCommand(what: 'service' | 'gateway' | 'console', run: () => Promise<void>) {
  return async (): Promise<void> => {
    try {
      await run()
    } catch (error) {
      const { env } = process
      await reportError(error, env, { what, format: logFormat(STDERR, formatIn(env)) })
      // Open connections would keep the process alive.
      process.exit(1)
    }
  }
}
