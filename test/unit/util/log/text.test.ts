import fc from 'fast-check'
import { expect, it } from 'vitest'
import { InventoryEventsError } from '../../../../src/util/errors.ts'
import { logText } from '../../../../src/util/log/text.ts'
import { createLogger } from '../../../../src/util/logger.ts'

/** The text of the lines that `write` logs. */
function textOf(write: (log: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = []
  write(createLogger('info', { write: (line) => void lines.push(logText(line)) }))
  return lines.join('')
}

it('shows time, level, component, message and fields in a line', () => {
  const text = textOf((log) =>
    log.child({ component: 'kafka' }).warn({ broker: 'b:1', why: 'no way', n: 3 }, 'it is away'),
  )
  expect(text).toMatch(
    /^\d\d:\d\d:\d\d\.\d{3}Z WARN {2}kafka: it is away broker=b:1 why="no way" n=3\n$/,
  )
})

it('shows an error with its code, stack and cause', () => {
  const cause = new TypeError('socket closed')
  const error = new InventoryEventsError('KAFKA_UNAVAILABLE', 'no broker', { cause })
  const lines = textOf((log) => log.error({ err: error }, 'failed')).split('\n')
  expect(lines[0]).toMatch(/ERROR failed$/)
  expect(lines[1]).toMatch(/^ {2}InventoryEventsError: no broker \(KAFKA_UNAVAILABLE\) at /)
  expect(lines).toContain('  caused by')
  expect(lines).toContainEqual(
    expect.stringMatching(/^ {4}TypeError: socket closed at text\.test\.ts/),
  )
})

it('shows thrown non-errors', () => {
  expect(textOf((log) => log.error({ err: 'what' }, 'failed'))).toContain('\n  what\n')
  expect(textOf((log) => log.info('all is well'))).toMatch(/INFO {2}all is well\n$/)
})

it('lets no control character of any text through', () => {
  const unit = fc.constantFrom(
    '\u001b[31m',
    '\n',
    '\r',
    '\u009b',
    '\u202e',
    '\u2028',
    'a',
    ' ',
    '"',
  )
  const text = fc.string({ unit })
  fc.assert(
    fc.property(text, text, text, text, (name, value, message, thrown) => {
      const fields = { [`x${name}`]: value, list: [value], err: new Error(thrown) }
      const shown = textOf((log) => log.info(fields, message))
      expect(shown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
      const [, ...below] = shown.trimEnd().split('\n')
      expect(below.every((line) => line.startsWith('  '))).toBe(true)
    }),
  )
})
