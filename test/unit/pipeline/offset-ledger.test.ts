import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OffsetLedger, type OpenRecord } from '../../../src/pipeline/offset-ledger.ts'

interface Model {
  expected: number
  records: { offset: number; outstanding: number }[]
}

type Action =
  | { do: 'accept'; gap: number; deliveries: number }
  | { do: 'pass'; gap: number }
  | { do: 'settle'; which: number }

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ do: fc.constant('accept' as const), gap: fc.nat(3), deliveries: fc.nat(4) }),
  fc.record({ do: fc.constant('pass' as const), gap: fc.nat(5) }),
  fc.record({ do: fc.constant('settle' as const), which: fc.nat() }),
)

function modelWatermark({ expected, records }: Model): number {
  const unsettled = records.filter((record) => record.outstanding > 0)
  return Math.min(expected, ...unsettled.map((record) => record.offset))
}

describe('offset ledger', () => {
  it('agrees with a model for any order of completion', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.array(action, { maxLength: 200 }), (start, actions) => {
        const ledger = new OffsetLedger(start)
        const model: Model = { expected: start, records: [] }
        const open: OpenRecord[] = []
        let previous = ledger.watermark
        for (const step of actions) {
          apply(step, ledger, model, open)
          expect(ledger.expected).toBe(model.expected)
          expect(ledger.watermark).toBe(modelWatermark(model))
          expect(ledger.watermark).toBeGreaterThanOrEqual(previous)
          const outstanding = model.records.reduce((sum, record) => sum + record.outstanding, 0)
          expect(ledger.outstanding).toBe(outstanding)
          previous = ledger.watermark
        }
      }),
      { numRuns: 500 },
    )
  })

  it('holds the watermark, in any order, until it is let go', () => {
    const ledger = new OffsetLedger(10)
    const record = ledger.accept(10, 0, 1)
    ledger.hold(11)
    ledger.accept(11, 0, 0)
    ledger.hold(10)
    ledger.settle(record)
    expect([ledger.watermark, ledger.expected]).toEqual([10, 12])
    ledger.letGo(11)
    expect(ledger.watermark).toBe(11)
    ledger.letGo(Infinity)
    expect(ledger.watermark).toBe(12)
    expect(() => ledger.hold(11)).toThrow('offset 11 is below the watermark 12')
  })

  it('throws for an offset already passed and for settling too often', () => {
    const ledger = new OffsetLedger(10)
    const record = ledger.accept(12, 0, 1)
    expect(() => ledger.accept(12, 0, 1)).toThrow('offset 12 is below the expected 13')
    ledger.settle(record)
    expect(() => ledger.settle(record)).toThrow(
      'offset 12 was settled more often than it was delivered',
    )
  })
})

function apply(step: Action, ledger: OffsetLedger, model: Model, open: OpenRecord[]): void {
  if (step.do === 'pass') {
    model.expected += step.gap
    ledger.passTo(model.expected)
  } else if (step.do === 'accept') {
    const offset = model.expected + step.gap
    open.push(ledger.accept(offset, 0, step.deliveries))
    model.records.push({ offset, outstanding: step.deliveries })
    model.expected = offset + 1
  } else {
    settleOne(step.which, ledger, model, open)
  }
}

function settleOne(which: number, ledger: OffsetLedger, model: Model, open: OpenRecord[]): void {
  const unsettled = model.records.flatMap((record, index) =>
    record.outstanding > 0 ? [index] : [],
  )
  const index = unsettled[which % Math.max(1, unsettled.length)]
  if (index === undefined) return
  model.records[index]!.outstanding -= 1
  ledger.settle(open[index]!)
}
