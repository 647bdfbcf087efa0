import { definePlugin, type Event, type Plugin, reject, retryAfter, skip } from 'inventory-events'
import { runPlugin } from 'inventory-events/testing'
import { expect, it } from 'vitest'
import { pluginEvent } from '../../../support/events.ts'

const retry = { maxAttempts: 2 }

function run(
  processEvent: (event: Event) => ReturnType<Plugin['processEvent']>,
  events = [pluginEvent('stockitem.moved', { id: 1 })],
) {
  return runPlugin(definePlugin({ slug: 'lacking', retry, processEvent }), events)
}

async function failureOf(processEvent: Parameters<typeof run>[0]): Promise<string | undefined> {
  const { deliveries } = await run(processEvent)
  const [{ outcome, error } = { outcome: 'none' }] = deliveries
  return outcome === 'dead-lettered' ? error : outcome
}

const missing = (verb: string, why: string) =>
  `the handler called ${verb}("${why}") and did not return it: write return ${verb}(...)`

it('fails a call whose synchronous part does not return what it made', async () => {
  expect(await failureOf(() => void skip('too small'))).toBe(missing('skip', 'too small'))
  expect(
    await failureOf(async () => {
      reject('no such entity')
      await Promise.resolve()
    }),
  ).toBe(missing('reject', 'no such entity'))
  expect(await failureOf(() => void retryAfter(5_000, 'limited'))).toBe(
    'the handler called retryAfter(5000, "limited") and did not return it: write return retryAfter(...)',
  )
})

it('takes what is returned later, or in place of it', async () => {
  expect(
    await failureOf(async () => {
      const result = skip('too small')
      await Promise.resolve()
      return result
    }),
  ).toBe('skipped')
  expect(await failureOf(() => [skip('a'), reject('b')][1])).toBe('rejected')
})

it('does not blame a call for what the one before it made and threw away', async () => {
  let calls = 0
  const { deliveries } = await run(() => {
    calls += 1
    if (calls > 1) return
    skip('no')
    throw new Error('no')
  })
  expect(deliveries).toMatchObject([{ outcome: 'processed', attempts: 2 }])
})

it('names what was made after an await, then its place too, among calls that return theirs', async () => {
  const events = [1, 2, 3, 4, 5].map((id) => pluginEvent('stockitem.moved', { id }))
  const handler = (forgetful: string | undefined) => async (event: Event) => {
    await Promise.resolve()
    const made = skip('too small')
    for (let i = 0; i < 5; i++) await Promise.resolve()
    return event.id === forgetful ? undefined : made
  }
  const forgetful = () => run(handler(events[2]?.id), events)
  await expect(forgetful()).rejects.toThrow(missing('skip', 'too small'))
  await expect(forgetful()).rejects.toThrow(/\(\.\.\.\) at unreturned\.test\.ts:\d+:\d+$/)
  const { deliveries } = await run(handler(undefined), events)
  expect(deliveries.map(({ outcome }) => outcome)).toEqual(events.map(() => 'skipped'))
})
