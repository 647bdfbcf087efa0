import { expect, it } from 'vitest'
import { shareConnections } from '../../../src/plugin/share-connections.ts'
import { plugin } from '../../support/pipeline-kit.ts'

const processEvent = () => {}
const share = (sqlOf: boolean[], max: number, concurrency = 64) => {
  const plugins = sqlOf.map((sql, n) => plugin({ slug: `${n}`, sql, concurrency, processEvent }))
  const shared = shareConnections(plugins, { IDEMPOTENCY_CONNECTIONS_MAX: max })
  return { ...shared.connections, concurrency: shared.plugins.map((each) => each.concurrency) }
}

it('keeps all connections for marks if no plugin uses context.sql', () => {
  expect(share([false, false], 20)).toMatchObject({ marks: 20, concurrency: [64, 64] })
})

it('limits the concurrency of plugins with context.sql to their connections', () => {
  expect(share([true, false], 20)).toEqual({ marks: 5, transactions: 15, concurrency: [15, 64] })
  expect(share([true, true], 20)).toEqual({ marks: 5, transactions: 14, concurrency: [7, 7] })
  expect(share([true], 20, 3)).toEqual({ marks: 5, transactions: 15, concurrency: [3] })
})

it('never assigns more connections than there are', () => {
  for (let max = 4; max < 60; max++) {
    const { marks, transactions } = share([true, true, true], max)
    expect(marks).toBeGreaterThan(0)
    expect(transactions).toBeGreaterThan(2)
    expect(marks + transactions).toBeLessThanOrEqual(max)
  }
})

it('rejects too few connections', () => {
  expect(() => share([true, true, true], 3)).toThrow(
    'IDEMPOTENCY_CONNECTIONS_MAX: expected at least 4 (one for marks and one for each plugin',
  )
})
