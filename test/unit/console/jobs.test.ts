import { expect, it } from 'vitest'
import type { JobSpec, Progress } from '../../../src/console/jobs/job.ts'
import { Jobs } from '../../../src/console/jobs/jobs.ts'
import { ManualClock, settled } from '../../support/manual-clock.ts'

const operator = { name: 'ana', role: 'operator' } as const

/** A job that a test moves. */
function job(more: Partial<JobSpec> = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const moved: { progress?: Progress; signal?: AbortSignal } = {}
  const spec: JobSpec = {
    ...{ action: 'dead-letters redrive', what: '12 dead letters', lane: 'a', role: 'operator' },
    ...{ by: 'ana', why: 'fixed', total: 12 },
    work(progress, signal) {
      Object.assign(moved, { progress, signal })
      return promise
    },
    ...more,
  }
  return { spec, moved, resolve, reject }
}

function jobs() {
  const clock = new ManualClock(5_000)
  return { clock, all: new Jobs(clock) }
}

it('a job shows its progress, and what came of it', async () => {
  const { all, clock } = jobs()
  const { spec, moved, resolve } = job()
  const { id } = all.start(spec)
  moved.progress!({ done: 10, note: 'a wait' })
  expect(all.rows()).toMatchObject([{ id, state: 'running', done: 10, total: 12, note: 'a wait' }])
  expect(JSON.stringify(all.rows())).not.toContain('lane')
  clock.pass(1_000)
  resolve('12 redriven')
  await settled()
  expect(all.rows()).toMatchObject([
    { state: 'done', result: '12 redriven', note: '', startedMs: 5_000, endedMs: 6_000 },
  ])
})

it('a job that fails says why, and its lane is free again', async () => {
  const { all } = jobs()
  const { spec, reject } = job()
  all.start(spec)
  expect(() => all.start(job().spec)).toThrow('dead-letters redrive by ana runs')
  reject(new Error('no broker'))
  await settled()
  expect(all.rows()).toMatchObject([{ state: 'failed', result: 'no broker' }])
  const next = job()
  next.resolve('')
  expect(all.start(next.spec).state).toBe('running')
})

it('a job is stopped by those who could have begun it, and by the end of the console', async () => {
  const { all } = jobs()
  const [first, second] = [job(), job({ lane: 'b', role: 'admin' })]
  const [{ id }, { id: other }] = [all.start(first.spec), all.start(second.spec)]
  expect(() => all.stop('none', operator)).toThrow('no such job')
  expect(() => all.stop(other, operator)).toThrow('only for the role admin')
  expect(all.stop(id, operator).state).toBe('stopping')
  expect([first.moved.signal!.aborted, second.moved.signal!.aborted]).toEqual([true, false])
  first.reject(new Error('stopped after 3 of 12'))
  const closed = all.close()
  expect(second.moved.signal!.aborted).toBe(true)
  second.resolve('it was just done')
  await closed
  expect(all.rows().map(({ state }) => state)).toEqual(['done', 'stopped'])
  expect(() => all.stop(id, operator)).toThrow('has ended')
})

it('few run at once, and few that ended are kept', async () => {
  const { all } = jobs()
  for (const lane of ['a', 'b', 'c']) all.start(job({ lane }).spec)
  expect(() => all.start(job({ lane: 'd' }).spec)).toThrow('3 jobs run')
  const many = new Jobs(new ManualClock(0))
  for (let n = 0; n < 60; n += 1) {
    const { spec, resolve } = job({ what: `job ${n}` })
    many.start(spec)
    resolve('')
    await many.close()
  }
  const kept = many.rows()
  expect(kept.length).toBeLessThanOrEqual(51)
  expect(kept[0]).toMatchObject({ what: 'job 59' })
})
