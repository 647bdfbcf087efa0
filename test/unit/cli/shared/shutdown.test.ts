import { expect, it, onTestFinished } from 'vitest'
import { onShutdown } from '../../../../src/cli/shared/shutdown.ts'
import { createLogger } from '../../../../src/util/logger.ts'

const EVENTS = ['SIGTERM', 'SIGINT', 'unhandledRejection', 'uncaughtException'] as const

/** The handlers that `onShutdown` adds, and what they log. */
function ending() {
  const before = EVENTS.map((name) => process.listeners(name as 'SIGTERM'))
  const lines: string[] = []
  const log = createLogger('info', { write: (line) => lines.push(line) })
  const shutdown = onShutdown(log, 'service')
  const added = EVENTS.map((name, n) =>
    process.listeners(name as 'SIGTERM').filter((each) => !before[n]?.includes(each)),
  )
  onTestFinished(() => {
    for (const [n, name] of EVENTS.entries())
      for (const each of added[n] ?? []) process.removeListener(name, each)
  })
  const rejected = added[2]?.[0] as unknown as (reason: unknown) => void
  return { shutdown, rejected, parsed: () => lines.map((line) => JSON.parse(line)) }
}

it.each([
  [{ code: 5 }, { type: 'Object', message: 'Object with code 5', code: 5 }],
  [Object.create(null), { type: 'Object', message: 'Object without a message' }],
  [undefined, { message: 'undefined was thrown' }],
])('a rejection with %o ends the process and is told', async (reason, err) => {
  const { shutdown, rejected, parsed } = ending()
  rejected(reason)
  await shutdown.begun
  expect(shutdown.exitCode()).toBe(1)
  expect(parsed()).toMatchObject([{ level: 'fatal', err, msg: 'service failed; stopping' }])
})
