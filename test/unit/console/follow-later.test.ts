import { expect, it } from 'vitest'
import type { Followed } from '../../../src/console/follow.ts'
import { followLater } from '../../../src/console/follow-later.ts'
import { ManualClock, settled } from '../../support/manual-clock.ts'

const silentLog = { info: () => undefined }

function followedGroup() {
  const calls: string[] = []
  const followed = {
    status: { replicas: () => [], isCurrent: true },
    stop: async () => void calls.push('stop'),
  } as unknown as Followed
  return { followed, calls }
}

it('says what is missing until the topics are there, then follows them', async () => {
  const clock = new ManualClock(0)
  const { followed, calls } = followedGroup()
  let isThere = false
  const follow = async () => {
    if (!isThere) throw new Error('g.status: does not exist')
    return followed
  }
  const later = followLater({ follow, clock, log: silentLog })
  await settled()
  expect(() => later.status).toThrow('g.status: does not exist')
  isThere = true
  await clock.advance(2_000)
  await settled()
  expect(later.status.isCurrent).toBe(true)
  await later.stop()
  expect(calls).toEqual(['stop'])
})

it('is stopped while it waits, and while it opens', async () => {
  const clock = new ManualClock(0)
  const waiting = followLater({
    follow: () => Promise.reject(new Error('not there')),
    ...{ clock, log: silentLog },
  })
  await settled()
  await waiting.stop()

  const { followed, calls } = followedGroup()
  const opening = Promise.withResolvers<Followed>()
  const later = followLater({ follow: () => opening.promise, clock, log: silentLog })
  const stopped = later.stop()
  opening.resolve(followed)
  await stopped
  expect(calls).toEqual(['stop'])
})
