import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { until } from '../../support/stack.ts'
import { gateway, wastedEvent } from './gateway-kit.ts'
import { connectTo, headOf, talk } from './raw-connection.ts'

describe('a body', () => {
  it('takes no room before it is there, however much is announced', async () => {
    const kit = await gateway({ maxRouteBytes: 400_000 })
    const idle = Array.from({ length: 16 }, () => connectTo(kit.url))
    for (const socket of idle) socket.write(`${headOf(90_000)}{`)
    await until(() => kit.budget.usedBytes >= 16 * 8_192, { what: 'all of them to be let in' })
    const large = { event: 'a.b', args: ['x'.repeat(90_000)] }
    expect((await kit.events(large)).status).toBe(202)
    for (const socket of idle) socket.destroy()
    await until(() => kit.budget.usedBytes === 0, { what: 'their room to be given back' })
    expect(kit.failures).toEqual([])
  })

  it('is refused with 429 as soon as there is no more room for what arrives', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const kit = await gateway({ maxRouteBytes: 60_000, publish: () => promise })
    const first = kit.events({ event: 'a.b', args: ['x'.repeat(45_000)] })
    await until(() => kit.budget.usedBytes > 45_000, { what: 'the first to be held' })
    const pieces = `4e20\r\n${'x'.repeat(20_000)}\r\n`.repeat(2)
    expect(await talk(kit.url, headOf('chunked') + pieces)).toMatch(/^HTTP\/1.1 429 /)
    resolve()
    expect((await first).status).toBe(202)
    await until(() => kit.budget.usedBytes === 0, { what: 'all of it to be given back' })
  })

  it('is refused with 413 as soon as it is too large, though it does not say its length', async () => {
    const kit = await gateway()
    const pieces = `c350\r\n${'x'.repeat(50_000)}\r\n`.repeat(3)
    expect(await talk(kit.url, headOf('chunked') + pieces)).toMatch(/^HTTP\/1.1 413 /)
  })

  it('is taken in chunks of one byte as well', async () => {
    const kit = await gateway()
    const body = JSON.stringify({ event: 'a.b', args: ['x'.repeat(20_000)] })
    const pieces = Array.from(body, (character) => `1\r\n${character}\r\n`).join('')
    expect(await talk(kit.url, `${headOf('chunked')}${pieces}0\r\n\r\n`)).toMatch(/^HTTP\/1.1 202 /)
    expect(kit.published).toHaveLength(1)
  })

  it('gives its room back when it breaks off', async () => {
    const kit = await gateway()
    const socket = connectTo(kit.url)
    socket.write(headOf(50_000) + 'x'.repeat(30_000))
    await until(() => kit.budget.usedBytes > 30_000, { what: 'the request to begin' })
    socket.destroy()
    await until(() => kit.budget.usedBytes === 0, { what: 'its room to be given back' })
    expect(kit.failures).toEqual([])
  })
})

it('keeps the room of each route for itself', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const kit = await gateway({ maxRouteBytes: 60_000, publish: () => promise })
  const first = kit.webhook({ ...wastedEvent(), reason: 'x'.repeat(45_000) })
  await until(() => kit.budget.usedBytes > 45_000, { what: 'the first to be held' })
  const large = 'x'.repeat(20_000)
  expect((await kit.webhook({ ...wastedEvent(), reason: large })).status).toBe(429)
  const other = kit.events({ event: 'a.b', args: [large] })
  resolve()
  expect((await other).status).toBe(202)
  expect((await first).status).toBe(202)
})

it('closes connections that say nothing, or not all, in time', async () => {
  const kit = await gateway({ requestTimeoutMs: 300 })
  const begun = `${headOf(50)}{`
  const told = await Promise.all([
    talk(kit.url, ''),
    talk(kit.url, 'POST /ev'),
    talk(kit.url, begun),
  ])
  expect(told.every((text) => text === '' || text.startsWith('HTTP/1.1 408'))).toBe(true)
  expect(kit.budget.usedBytes).toBe(0)
})

it('closes a connection that is one too many', async () => {
  const kit = await gateway({ maxConnections: 1 })
  const only = connectTo(kit.url)
  await once(only, 'connect')
  expect(await talk(kit.url, headOf(2))).toBe('')
  only.destroy()
  const isIn = async () => (await kit.webhook(wastedEvent())).status === 202
  await until(isIn, { what: 'the next to be let in' })
})
