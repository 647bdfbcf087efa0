import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { Access } from '../../../src/console/access/access.ts'
import type { Route } from '../../../src/console/http/route.ts'
import type { SearchLine } from '../../../src/console/http/search-line.ts'
import { buildServer } from '../../../src/console/http/server.ts'
import { RunningSearch, Searches } from '../../../src/console/http/stream.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { until } from '../../support/stack.ts'

type Search = RunningSearch<string>
const LIMITS = { records: 1_000_000, bytes: 1_000, results: 3, timeMs: 5_000 }

/** A server with one route that searches as `work` says. */
async function served(work: (search: Search) => Promise<object | undefined>) {
  const clock = new ManualClock(0)
  const searches = new Searches(clock)
  const route: Route = {
    ...{ method: 'GET', path: '/api/search', role: 'reader', summary: '' },
    handle: ({ user, query }) => searches.answer(String(query.as ?? user.name), LIMITS, work),
  }
  const access = new Access({
    ...{ users: () => new Map(), proxy: undefined, clock },
    local: { name: 'here', role: 'admin' },
  })
  const page = { body: Buffer.from(''), type: 'text/html', isHashed: false }
  const server = buildServer({
    ...{ routes: [route], access, isLocal: true, origin: undefined },
    assets: new Map([['/index.html', page]]),
    onDefect: () => undefined,
  })
  await server.listen({ port: 0, host: '127.0.0.1' })
  onTestFinished(async () => {
    searches.stop()
    await server.close()
  })
  const { port } = server.server.address() as AddressInfo
  const ask = (as = 'one', signal?: AbortSignal) =>
    fetch(`http://127.0.0.1:${port}/api/search?as=${as}`, { signal: signal ?? null })
  return { clock, searches, ask }
}

async function linesOf(response: Response): Promise<SearchLine<string>[]> {
  const text = await response.text()
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

/** Reads for ever, until its signal ends it. */
async function endless(search: Search): Promise<undefined> {
  await search.progress(0)
  await once(search.signal, 'abort')
  throw new Error('aborted')
}

it('sends results as they are found, then the end with its reason and how far it read', async () => {
  const { ask } = await served(async (search) => {
    for (let n = 0; search.reached === undefined; n++) {
      search.count(10)
      await search.found(`r${n}`)
    }
    return { next: 'from here' }
  })
  const response = await ask()
  expect(response.headers.get('content-type')).toContain('application/x-ndjson')
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(await linesOf(response)).toEqual([
    ...['r0', 'r1', 'r2'].map((result) => ({ type: 'result', result })),
    {
      type: 'end',
      reason: 'results',
      why: null,
      next: 'from here',
      read: 3,
      bytes: 30,
      elapsedMs: 0,
    },
  ])
})

it('a failure is the end, with its words', async () => {
  const { ask } = await served(async () => {
    throw new Error('no broker replies')
  })
  expect(await linesOf(await ask())).toMatchObject([
    { type: 'end', reason: 'failed', why: 'no broker replies' },
  ])
})

it('ends when its time is over', async () => {
  const { ask, clock } = await served(endless)
  const answer = await ask()
  await clock.advance(5_000)
  expect((await linesOf(answer)).at(-1)).toMatchObject({ reason: 'time', elapsedMs: 5_000 })
})

it('ends with its browser: what is cancelled reads no more', async () => {
  let reads = 0
  const { ask, searches } = await served(async (search) => {
    while (!search.signal.aborted) {
      reads += 1
      search.count(0)
      await search.progress(0)
      await new Promise(setImmediate)
    }
    return undefined
  })
  const cancel = new AbortController()
  await ask('one', cancel.signal)
  await until(() => reads > 3, { what: 'it to read' })
  cancel.abort()
  await until(() => searches.running === 0, { what: 'the search to end' })
  const then = reads
  await new Promise(setImmediate)
  expect(reads).toBe(then)
})

it('a few run at once, of a user and in all; ended ones make room', async () => {
  const { ask, searches } = await served(endless)
  const ofOne = await Promise.all([1, 2, 3, 4].map(() => ask('one')))
  expect((await ask('one')).status).toBe(429)
  await Promise.all(
    ['two', 'two', 'two', 'two', 'three', 'three', 'three', 'three'].map((as) => ask(as)),
  )
  expect(searches.running).toBe(12)
  expect((await ask('four')).status).toBe(429)
  searches.stop()
  expect((await linesOf(ofOne[0]!)).at(-1)).toMatchObject({ type: 'end', reason: 'stopped' })
  await until(() => searches.running === 0, { what: 'all to end' })
  expect((await ask('one')).status).toBe(200)
})

it('reads no more records than its bytes are likely to last for', () => {
  const out = { signal: new AbortController().signal, line: async () => undefined }
  const search = new RunningSearch({ ...LIMITS, records: 50 }, out, new ManualClock())
  expect(search.recordsLeft).toBe(50)
  search.count(100)
  expect([search.recordsLeft, search.reached]).toEqual([9, undefined])
  search.count(1_000)
  expect([search.recordsLeft, search.reached]).toEqual([0, 'bytes'])
})
