import { expect, it, vi } from 'vitest'
import { newerState, StateDraft } from '../../../src/pipeline/handle/state-draft.ts'

const KEY = Buffer.from('ent_1')

function draft(stored?: string, more: object = {}) {
  const initial = vi.fn(() => ({ n: 0, list: [1] }))
  const state = stored === undefined ? undefined : { text: stored }
  return new StateDraft({ version: 2, initial, maxBytes: 100, ...more }, KEY, state)
}

it('is what `initial` returns until something is stored', () => {
  expect(draft().value).toEqual({ n: 0, list: [1] })
  expect(draft('{"version":2,"value":{"n":4}}').value).toEqual({ n: 4 })
})

it('cannot be changed in place, at any depth, and no entity changes the next one by it', () => {
  const shared = { list: [1] }
  const options = { initial: () => shared }
  const { list } = draft(undefined, options).value as { list: number[] }
  expect(() => list.push(2)).toThrow(TypeError)
  shared.list.push(3)
  expect(draft(undefined, options).value).toEqual({ list: [1, 3] })
})

it('returns what was set last, and nothing if nothing was set', () => {
  const unchanged = draft()
  expect(unchanged.value).toBeDefined()
  expect(StateDraft.end(unchanged)).toBeUndefined()

  const changed = draft()
  changed.set({ n: 1 })
  changed.set((previous) => ({ n: (previous as { n: number }).n + 1 }))
  expect(changed.value).toEqual({ n: 2 })
  expect(StateDraft.end(changed)).toEqual({ key: KEY, text: '{"version":2,"value":{"n":2}}' })

  const cleared = draft('{"version":2,"value":{"n":4}}')
  cleared.clear()
  expect(cleared.value).toEqual({ n: 0, list: [1] })
  expect(StateDraft.end(cleared)).toEqual({ key: KEY, text: null })
})

it('keeps no reference to what was set', () => {
  const state = draft()
  const value = { n: 1 }
  state.set(value)
  value.n = 2
  expect(state.value).toEqual({ n: 1 })
  expect(Object.isFrozen(value)).toBe(false)
})

it.each([
  [undefined, 'state: expected a JSON value, got nothing'],
  [{ at: new Date(0) }, 'state.at: expected a JSON value, got an object'],
  [{ n: Number.NaN }, 'state.n: expected a finite number, got NaN'],
  [{ list: [1, undefined] }, 'state.list[1]: expected a JSON value, got nothing'],
  [{ n: 1n }, 'state.n: expected a JSON value, got 1'],
  [new Map(), 'state: expected a JSON value, got an object'],
])('refuses %o', (value, problem) => {
  const state = draft()
  expect(() => state.set(value as never)).toThrow(`context.state.set: ${problem}`)
  expect(StateDraft.end(state)).toBeUndefined()
})

it('refuses a cycle and what is too large', () => {
  const cycle: Record<string, unknown> = {}
  cycle.self = cycle
  expect(() => draft().set(cycle as never)).toThrow('levels of nesting')
  expect(() => draft().set({ text: 'é'.repeat(50) })).toThrow(
    'context.state.set: expected at most 100 bytes of JSON (STATE_MAX_BYTES), got 111',
  )
})

it('cannot be used after the call', () => {
  const state = draft()
  StateDraft.end(state)
  for (const use of [() => state.value, () => state.set(1), () => state.clear()]) {
    expect(use).toThrow('context.state: expected to be used before the call ends')
  }
})

it('hands older state to `upgrade`, and says what is missing without it', () => {
  const upgrade = vi.fn(() => ({ n: 40 }))
  expect(draft('{"version":1,"value":4}', { upgrade }).value).toEqual({ n: 40 })
  expect(upgrade).toHaveBeenCalledWith(4, 1)
  expect(() => draft('{"version":1,"value":4}').value).toThrow(
    'context.state: expected state of version 2, or upgrade(), got version 1',
  )
})

it('knows newer state before the call', () => {
  const options = { version: 2, initial: () => 0 }
  expect(newerState(options, { text: '{"version":3,"value":1}' })?.message).toContain('version 3')
  expect(newerState(options, { text: '{"version":2,"value":1}' })).toBeUndefined()
  expect(newerState(options, { text: null })).toBeUndefined()
  expect(newerState(options, undefined)).toBeUndefined()
  expect(() => draft('{"version":')).toThrow('context.state: cannot read the stored state')
})
