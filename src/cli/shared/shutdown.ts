import { failureOf } from '../../util/failure/failure-of.ts'
import type { Logger } from '../../util/logger.ts'

/** Begins the shutdown at a signal or a failure. A second signal exits the process immediately. */
export function onShutdown(log: Logger, what: 'service' | 'gateway' | 'console') {
  let exitCode = 0
  let signals = 0
  const begun = Promise.withResolvers<void>()

  function onSignal(signal: NodeJS.Signals): void {
    signals += 1
    if (signals > 1) process.exit(1)
    log.info({ signal }, 'stopping; a second signal exits immediately')
    begun.resolve()
  }

  /** Plugins throw anything, outside of their handlers too. */
  function fail(error: unknown): void {
    log.fatal({ err: failureOf(error) }, `${what} failed; stopping`)
    exitCode = 1
    begun.resolve()
  }

  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  process.on('unhandledRejection', fail)
  process.on('uncaughtException', fail)
  return { begun: begun.promise, fail, exitCode: () => exitCode }
}
