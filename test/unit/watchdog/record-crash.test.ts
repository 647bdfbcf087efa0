import { expect, it } from 'vitest'
import type { TrackedCall } from '../../../src/watchdog/call-table.ts'
import { recordCrash } from '../../../src/watchdog/record-crash.ts'
import { fakeCrashStore } from '../../support/fake-crash-notes.ts'

const clock = { sleep: async () => {} }

const call = (offset: number, more: Partial<TrackedCall> = {}): TrackedCall => ({
  plugin: 'plugin',
  record: `some-topic/3@${offset}`,
  counted: false,
  event: `evt_${offset}`,
  ...more,
})

it('counts only the call on the thread', async () => {
  const { notes, noted } = fakeCrashStore({ '1/plugin': 1 })
  await recordCrash({ onThread: call(1), running: [call(1), call(2)] }, notes, clock)
  expect(noted()).toEqual({ '1/plugin': 2 })
})

it('does not count a call again that was counted before it', async () => {
  const suspect = call(1, { counted: true })
  const { notes, noted } = fakeCrashStore({ '1/plugin': 2 })
  await recordCrash({ onThread: suspect, running: [suspect, call(2)] }, notes, clock)
  expect(noted()).toEqual({ '1/plugin': 2 })
})

it('takes back the count of a suspect when another call is the culprit', async () => {
  const suspect = call(1, { counted: true })
  const { notes, noted } = fakeCrashStore({ '1/plugin': 2 })
  const culprit = call(1, { plugin: 'other' })
  await recordCrash({ onThread: culprit, running: [suspect, culprit] }, notes, clock)
  expect(noted()).toEqual({ '1/plugin': 1, '1/other': 1 })
})

it('makes all running calls suspects when none has the thread', async () => {
  const { notes, noted } = fakeCrashStore({ '1/plugin': 2, '2/plugin': 1 })
  const running = [call(1, { counted: true }), call(2), call(3)]
  await recordCrash({ onThread: undefined, running }, notes, clock)
  expect(noted()).toEqual({ '1/plugin': 2, '2/plugin': 1, '3/plugin': 0 })
})

it('records each call under its partition', async () => {
  const changed: string[] = []
  const { notes } = fakeCrashStore()
  const seeing = {
    ...notes,
    change: async (of: { topic: string; partition: number }) =>
      void changed.push(`${of.topic} ${of.partition}`),
  }
  const running = [call(1), call(2), call(1, { record: 'other/0@1' })]
  await recordCrash({ onThread: undefined, running }, seeing, clock)
  expect(changed).toEqual(['some-topic 3', 'other 0'])
})

it('retries, and counts once even if a response was lost', async () => {
  const { notes, noted, faults } = fakeCrashStore()
  faults.lostAnswers = 3
  await recordCrash({ onThread: call(1), running: [call(1)] }, notes, clock)
  expect(noted()).toEqual({ '1/plugin': 1 })
})

it('gives up after a number of attempts', async () => {
  const { notes, faults } = fakeCrashStore()
  faults.refused = true
  const recording = recordCrash({ onThread: call(1), running: [call(1)] }, notes, clock)
  await expect(recording).rejects.toThrow('not acknowledged')
})

it('records nothing when no call runs, or its position was truncated', async () => {
  const { notes, noted } = fakeCrashStore()
  await recordCrash({ onThread: undefined, running: [] }, notes, clock)
  await recordCrash({ onThread: call(1, { record: 'cut-off/1' }), running: [] }, notes, clock)
  expect(noted()).toEqual({})
})
