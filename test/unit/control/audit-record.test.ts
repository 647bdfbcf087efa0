import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type AuditEntry, decodeAudit, encodeAudit } from '../../../src/control/audit-record.ts'

const ENTRY: AuditEntry = {
  id: 'a-1',
  phase: 'failed',
  at: '2026-11-29T16:00:00.000Z',
  by: 'ana@bench',
  via: 'console',
  action: 'plugins pause',
  what: ['cold-chain'],
  count: null,
  why: 'the warehouse is being counted',
  error: 'Kafka is unavailable',
}

it('is read as it was written', () => {
  expect(decodeAudit(encodeAudit(ENTRY))).toEqual(ENTRY)
})

it('says how much was left out, and cuts long texts', () => {
  const what = Array.from({ length: 30 }, (_, n) => `place-${n}`)
  const read = decodeAudit(encodeAudit({ ...ENTRY, what, why: 'x'.repeat(5_000) }))!
  expect(read.what).toHaveLength(21)
  expect(read.what.at(-1)).toBe('and 10 more')
  expect(read.why).toHaveLength(1_000)
})

it('of strangers and of newer formats is no entry', () => {
  const record = JSON.parse(encodeAudit(ENTRY).toString())
  const of = (value: unknown) => decodeAudit(Buffer.from(JSON.stringify(value)))
  expect(of({ ...record, v: 2 })).toBeUndefined()
  expect(of({ ...record, phase: 'later' })).toBeUndefined()
  expect(of({ ...record, by: { toString: 'x' }, what: [{}], count: '7' })).toMatchObject({
    ...{ by: '', what: [''], count: null },
  })
  expect(decodeAudit(null)).toBeUndefined()
  fc.assert(fc.property(fc.uint8Array(), (bytes) => decodeAudit(Buffer.from(bytes)) === undefined))
  fc.assert(fc.property(fc.json(), (json) => void decodeAudit(Buffer.from(json))))
})
