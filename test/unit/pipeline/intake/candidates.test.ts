import fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import { NO_HEADERS } from '../../../../src/event/headers.ts'
import type { SourceRecord } from '../../../../src/event/record.ts'
import { Candidates } from '../../../../src/pipeline/intake/candidates.ts'
import { FilterEvaluator } from '../../../../src/pipeline/intake/evaluate-filters.ts'
import { withDefaults } from '../../../../src/plugin/loaded-plugin.ts'
import type { Plugin } from '../../../../src/plugin/plugin.ts'
import { jsonSchema } from '../../../support/pipeline-kit.ts'

type NameFilter = Pick<Plugin, 'wants'> | Pick<Plugin, 'wantsProcessEvent'>

const NAMES = ['inventory.moved', 'inventory.wasted', 'stockitem.created', 'x', '']
const name = fc.constantFrom(...NAMES)
const filter: fc.Arbitrary<NameFilter> = fc.oneof(
  fc.record({ wants: fc.uniqueArray(fc.constantFrom(...NAMES, 'inventory.*', 'stockitem.*')) }),
  fc.record({ wantsProcessEvent: fc.func(fc.boolean()) }),
  fc.constant({ wantsProcessEvent: (each: string) => each.length as never }),
  fc.constant({}),
)

const RECORD: SourceRecord = {
  ...{ topic: 't', partition: 0, offset: 0, timestampMs: 0 },
  ...{ key: null, value: Buffer.from('{}'), headers: NO_HEADERS },
}
const DEFAULTS = {
  retry: { maxAttempts: 1, initialDelayMs: 1, maxDelayMs: 1 },
  ...{ timeoutMs: 1, concurrency: 1, maxStateBytes: 1 },
}

function loaded(filters: readonly NameFilter[]) {
  return filters.map((each, n) =>
    withDefaults({ slug: `p${n}`, processEvent() {}, ...each } as Plugin, 'file', DEFAULTS),
  )
}

it('leave every decision as it is for the plugin alone, record by record', () => {
  const filters = fc.array(filter, { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(filters, fc.array(name), (all, names) => {
      const plugins = loaded(all)
      const [many, one] = [new FilterEvaluator(plugins), new FilterEvaluator(plugins)]
      for (const each of names) {
        const event = { name: each, schema: jsonSchema }
        const decided = many.evaluate(plugins, event, RECORD)
        const alone = plugins.map((plugin) => one.decide(plugin, event, RECORD))
        expect(decided.all).toEqual(alone)
        const others = alone.flatMap(({ type }, n) => (type === 'unwanted' ? [] : n))
        expect(decided.others).toEqual(others)
      }
    }),
  )
})

it('have each function, and only the lists with the name', () => {
  const wantsProcessEvent = vi.fn(() => false)
  const plugins = loaded([{ wants: ['a.*'] }, { wantsProcessEvent }, { wants: ['b'] }, {}])
  const candidates = new Candidates(plugins)
  for (let n = 0; n < 2; n++) {
    expect(candidates.of('a.b')).toEqual([0, 1, 3])
    expect(candidates.of('b')).toEqual([1, 2, 3])
    expect(candidates.of('c')).toEqual([1, 3])
  }
  const filters = new FilterEvaluator(plugins)
  for (let n = 0; n < 3; n++) filters.evaluate(plugins, { name: 'c', schema: jsonSchema }, RECORD)
  expect(wantsProcessEvent).toHaveBeenCalledTimes(3)
})

it('remember a limited number of names, of limited length', () => {
  const candidates = new Candidates(loaded([{ wants: ['n*'] }]))
  const first = candidates.of('n')
  expect(candidates.of('n')).toBe(first)
  for (let n = 0; n < 2_000; n++) expect(candidates.of(`n${n}`)).toEqual([0])
  expect(candidates.of('n')).not.toBe(first)
  const long = 'n'.repeat(10_000)
  expect(candidates.of(long)).not.toBe(candidates.of(long))
})
