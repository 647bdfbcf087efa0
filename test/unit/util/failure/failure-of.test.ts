import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InventoryEventsError } from '../../../../src/util/errors.ts'
import { Failure, failureLine, failureLines } from '../../../../src/util/failure/failure.ts'
import { failureOf } from '../../../../src/util/failure/failure-of.ts'

function caught(call: () => unknown): Failure {
  try {
    call()
  } catch (error) {
    return failureOf(error)
  }
  throw new Error('nothing was thrown')
}

describe('an error', () => {
  it('keeps type, message and place, and says them in one line', () => {
    const part = undefined as unknown as { expiry: number }
    const failure = caught(() => part.expiry)
    expect(failure).toMatchObject({
      type: 'TypeError',
      message: "Cannot read properties of undefined (reading 'expiry')",
      at: expect.stringMatching(/^failure-of\.test\.ts:\d+:\d+$/),
      stack: expect.stringMatching(/^at .*failure-of\.test\.ts:\d+:\d+\)?\nat caught /),
    })
    expect(failureLine(failure)).toMatch(
      /^TypeError: Cannot read .* at failure-of\.test\.ts:\d+:\d+$/,
    )
  })

  it('is of its class where the name does not say it', () => {
    class ShelfFull extends Error {}
    expect(failureOf(new ShelfFull('no')).type).toBe('ShelfFull')
    const named = Object.assign(new ShelfFull('no'), { name: 'Named' })
    expect(failureOf(named).type).toBe('Named')
  })

  it('may come from another realm', () => {
    const other = runInNewContext("new RangeError('far')")
    expect(failureOf(other)).toMatchObject({ type: 'RangeError', message: 'far' })
  })

  it('of this package keeps what it knows', () => {
    const details = { plugin: 'p', record: 't/0@1', retryable: true }
    const error = new InventoryEventsError('KAFKA_UNAVAILABLE', 'no broker', details)
    expect(failureOf(error)).toMatchObject({ ...details, code: 'KAFKA_UNAVAILABLE' })
  })

  it('keeps its causes, and those of an AggregateError', () => {
    const refused = (port: number) =>
      Object.assign(new Error(`connect ECONNREFUSED ::1:${port}`), { code: 'ECONNREFUSED' })
    const both = Object.assign(new AggregateError([refused(1), 'text']), { code: 'ECONNREFUSED' })
    const lines = failureLines(failureOf(new TypeError('fetch failed', { cause: both })))
    const brief = lines.filter((line) => !line.trim().startsWith('at '))
    expect(brief.map((line) => line.replace(/ at failure-of.*$/, ''))).toEqual([
      'TypeError: fetch failed',
      'caused by',
      '  AggregateError with code ECONNREFUSED',
      '  with',
      '    Error: connect ECONNREFUSED ::1:1',
      '  with',
      '    text',
    ])
  })

  it('keeps both errors where `using` hides one behind the other', () => {
    const suppressed = Object.assign(new Error('clean-up failed too'), {
      name: 'SuppressedError',
      error: new RangeError('not closed'),
      suppressed: new TypeError('no answer'),
    })
    const hidden = Object.assign(new Error('x'), { error: 'SECRET', suppressed: 'SECRET' })
    expect(failureOf(suppressed).errors).toMatchObject([
      { type: 'RangeError', message: 'not closed' },
      { type: 'TypeError', message: 'no answer', at: expect.stringContaining('failure-of.test') },
    ])
    expect(failureOf(hidden).errors).toBeUndefined()
  })

  it.each([
    ['for http://ann:s3cret@host/x', 'for http://***@host/x'],
    ['postgres://ann:p@ss:s3cret@db:5432/x, refused', 'postgres://***@db:5432/x, refused'],
    [
      'GET https://host/x?page=2&api_key=s3cret&to=ann@x.org: 401',
      'GET https://host/x?page=2&api_key=***&to=ann@x.org: 401',
    ],
    ['https://host/?X-Amz-Signature=s3cret#part', 'https://host/?X-Amz-Signature=***#part'],
    ['https://host/a?b=1, by ann@x.org', 'https://host/a?b=1, by ann@x.org'],
    ['expected (a?token:b), got a & b', 'expected (a?token:b), got a & b'],
  ])('shows no secret of a URL: %s', (message, shown) => {
    const failure = failureOf(new Error('x', { cause: new TypeError(message) }))
    expect(failure.cause?.message).toBe(shown)
    expect(failureLines(failure).join()).not.toContain('s3cret')
  })

  it('shows no part of a secret where its message is cut', () => {
    for (let length = 1_950; length < 2_010; length++) {
      const message = `${'x'.repeat(length)} http://ann:s3cret@host/`
      expect(failureOf(new Error(message)).message).not.toMatch(/ann|s3/)
    }
  })

  it('of fetch for a URL with a password is such a one', async () => {
    const failed = await fetch('http://ann:s3cret@127.0.0.1/').catch(failureOf)
    expect(failed).toMatchObject({ message: expect.stringContaining('http://***@127.0.0.1/') })
  })

  it('with causes in a circle ends', () => {
    const one = new Error('one')
    const two = new Error('two', { cause: one })
    one.cause = two
    expect(failureOf(one)).toMatchObject({ message: 'one', cause: { message: 'two' } })
    expect(failureOf(one).cause?.cause).toBeUndefined()
    const itself = new AggregateError([], 'all')
    itself.errors.push(itself)
    expect(failureOf(itself).errors).toBeUndefined()
  })

  it('with a message that looks like a stack keeps its own frames', () => {
    const failure = failureOf(new Error('x\n    at secret (/a/b.ts:1:1)'))
    expect(failure.at).toMatch(/^failure-of\.test\.ts:/)
    expect(failure.stack).not.toContain('secret')
  })
})

it.each([
  [undefined, 'undefined was thrown'],
  [null, 'null was thrown'],
  ['', 'an empty text was thrown'],
  ['no shelf', 'no shelf'],
  [5n, '5'],
  [Symbol('x'), 'Symbol(x)'],
  [{ code: 5 }, 'Object with code 5'],
  [{ message: 'told', code: 'E1' }, 'Object: told (E1)'],
  [{}, 'Object without a message'],
  [[1, 2], 'Array without a message'],
  [Object.create(null), 'Object without a message'],
  [() => 'secret', 'Function without a message'],
])('%o is told as %s', (thrown, line) => {
  expect(failureLine(failureOf(thrown))).toBe(line)
})

it('what cannot be read is told all the same', () => {
  const throwing = new Error('hidden')
  const fail = () => {
    throw new Error('getter')
  }
  Object.defineProperty(throwing, 'message', { get: fail })
  Object.defineProperty(throwing, 'cause', { get: fail })
  expect(failureOf(throwing)).toMatchObject({ type: 'Error', message: 'Error without a message' })
  const revoked = Proxy.revocable({}, {})
  revoked.revoke()
  const untold = 'something that cannot be read was thrown'
  expect(failureOf(revoked.proxy).message).toBe(untold)
  expect(failureOf(new Error('outer', { cause: revoked.proxy }))).toMatchObject({
    message: 'outer',
    cause: { message: untold },
  })
})

it('what an event holds is not read from what was thrown', () => {
  const event = {
    id: 'e1',
    name: 'CRATE-7',
    entity: { id: 'x', name: 'SECRET' },
    toString: () => 'SECRET',
  }
  const detailed = Object.assign(new Error('insert failed'), { detail: 'SECRET', event })
  for (const thrown of [event, [event], detailed, new AggregateError([event], 'all')])
    expect(JSON.stringify(failureOf(thrown))).not.toMatch(/SECRET|CRATE-7/)
})

it('anything is limited in length', () => {
  const text = fc.string({ unit: 'binary', maxLength: 20 }).map((part) => part.repeat(200))
  const { thrown } = fc.letrec((tie) => ({
    thrown: fc.oneof(
      { maxDepth: 8 },
      text,
      fc.anything(),
      fc
        .record({
          message: fc.oneof(text, fc.anything()),
          name: fc.oneof(text, fc.anything()),
          stack: fc.oneof(text, fc.anything()),
          code: fc.oneof(text, fc.anything()),
          cause: tie('thrown'),
          errors: fc.array(tie('thrown'), { maxLength: 12 }),
        })
        .map((fields) => Object.assign(new Error(), fields)),
    ),
  }))
  fc.assert(
    fc.property(thrown, (each) => {
      const failure = failureOf(each)
      const lines = failureLines(failure)
      expect(failure.message).not.toBe('')
      expect(lines.join('\n').length).toBeLessThan(50_000)
      expect(JSON.stringify(failure).length).toBeLessThan(150_000)
    }),
  )
})

it('a failure stays as it is, and can be told within what was being done', () => {
  const failure = failureOf(new RangeError('too far'))
  expect(failureOf(failure)).toBe(failure)
  expect(failure.during('filter')).toEqual({ ...failure, message: 'filter: too far' })
  expect(new Failure('x'.repeat(5_000)).message).toBe(`${'x'.repeat(1_999)}…`)
})
