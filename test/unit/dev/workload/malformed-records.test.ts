import { expect, it } from 'vitest'
import { schemaIdOf } from '../../../../src/avro/wire-format.ts'
import { malformedRecords } from '../../../../src/dev/workload/malformed-records.ts'

it('makes records without a frame, with an unknown schema, and truncated', () => {
  const [noFrame, unknown, truncated] = malformedRecords(42)
  expect(() => schemaIdOf(noFrame!.value)).toThrow('expected the Avro frame')
  expect(schemaIdOf(unknown!.value)).toBe(0x7fffffff)
  expect(schemaIdOf(truncated!.value)).toBe(42)
  expect(truncated!.value.length).toBeLessThan(unknown!.value.length)
  expect(unknown!.value.subarray(5, truncated!.value.length)).toEqual(truncated!.value.subarray(5))
})
