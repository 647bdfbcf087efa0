import { deferred } from '../../util/deferred.ts'
import type { Logger } from '../../util/logger.ts'

/** Begins the shutdown at a signal or a failure. A second signal exits the process immediately. */
export function onShutdown(log: Logger, what: 'service' | 'gateway') {
  let exitCode = 0
  let signals = 0
  const begun = deferred()

  function onSignal(signal: NodeJS.Signals): void {
    signals += 1
    if (signals > 1) process.exit(1)
    log.info({ signal }, 'stopping; a second signal exits immediately')
    begun.resolve()
  }

  function fail(error: Error): void {
    log.fatal({ err: error }, `${what} failed; stopping`)
    exitCode = 1
    begun.resolve()
  }

  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  process.on('unhandledRejection', (reason) => fail(asError(reason)))
  process.on('uncaughtException', fail)
  return { begun: begun.promise, fail, exitCode: () => exitCode }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason))
}
