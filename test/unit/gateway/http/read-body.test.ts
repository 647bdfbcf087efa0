import { afterEach, expect, it, vi } from 'vitest'
import { readBody } from '../../../../src/gateway/http/read-body.ts'

const read = (text: string, isLines: boolean, maxEvents: number) =>
  readBody(Buffer.from(text), isLines, maxEvents)

afterEach(() => vi.restoreAllMocks())

it('counts lines before it parses any', () => {
  const parse = vi.spyOn(JSON, 'parse')
  expect(read('x\n'.repeat(2_000_000), true, 1_000)).toEqual({
    status: 413,
    detail: 'the request has more than 1000 events',
  })
  expect(parse).not.toHaveBeenCalled()
})

it('stops at the hundredth line that is no JSON', () => {
  const parse = vi.spyOn(JSON, 'parse')
  const refusal = read('x\n'.repeat(900), true, 1_000)
  expect(parse).toHaveBeenCalledTimes(100)
  expect(refusal).toMatchObject({
    status: 422,
    detail: 'at least 100 events are invalid; nothing of the request was published',
    errors: expect.objectContaining({ length: 100 }),
  })
})

it('counts lines that are not blank, up to the limit', () => {
  expect(read('\r\n1\n\n 2 \n\t\n3', true, 3)).toEqual({ values: [1, 2, 3], isBatch: true })
  expect(read('1\n2\n3\n \n4\n', true, 3)).toMatchObject({ status: 413 })
  expect(read('\n'.repeat(4_000_000), true, 3)).toMatchObject({ status: 422 })
})

it('shows little of an integer that is very long', () => {
  const refusal = read(`[${'9'.repeat(4_000_000)}]`, false, 10)
  expect(refusal).toMatchObject({ detail: expect.stringMatching(/got 9{60}… \(4000000 digits\)/) })
})
