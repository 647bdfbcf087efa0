import { expect, it } from 'vitest'
import {
  PortTakenError,
  retryTakenPorts,
  startError,
} from '../../../../src/dev/stack/port-taken.ts'

const SAID = {
  Kafka: 'Socket server failed to bind to 127.0.0.1:20000: Address already in use.',
  registry: 'Port 20000 seems to be in use by another process. Quarkus may already be running',
  Docker: 'Bind for 0.0.0.0:20000 failed: port is already allocated',
  Postgres: 'could not bind IPv4 address "127.0.0.1": Address already in use',
  Node: 'listen EADDRINUSE: address already in use 0.0.0.0:20000',
}

it.each(Object.entries(SAID))('is told from what else ends a start: %s', (_, said) => {
  expect(startError('no start', `before\n${said}\nafter`)).toBeInstanceOf(PortTakenError)
  expect(startError('no start', `before\nafter`)).not.toBeInstanceOf(PortTakenError)
})

it('is tried again with other ports, until it works', async () => {
  const seen: number[] = []
  const started = await retryTakenPorts(async (tries) => {
    seen.push(tries)
    if (tries < 3) throw new PortTakenError('taken')
    return 'started'
  })
  expect([started, seen]).toEqual(['started', [1, 2, 3]])
})

it('is not tried for ever', async () => {
  let count = 0
  const start = retryTakenPorts(async () => {
    count += 1
    throw new PortTakenError('taken')
  })
  await expect(start).rejects.toMatchObject({ code: 'STACK_UNAVAILABLE', message: 'taken' })
  expect(count).toBe(5)
})

it('is not tried again after another failure', async () => {
  let count = 0
  const start = retryTakenPorts(async () => {
    count += 1
    throw startError('no start', 'no such image')
  })
  await expect(start).rejects.toThrow('no start')
  expect(count).toBe(1)
})
