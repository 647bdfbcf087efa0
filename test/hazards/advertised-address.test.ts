import { once } from 'node:events'
import net, { type AddressInfo, type Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { endpoints, until } from '../support/stack.ts'
import { openKafkaLink } from './kafka-link.ts'
import { plainTopic, pump } from './plain-member.ts'
import { startMember, Witness } from './witness.ts'

const SESSION_MS = 10_000

it('a broker that advertises another address is found there, and nothing moves', async () => {
  const { topic, groupId } = await plainTopic(2)
  await pump(topic, 2)
  const [before, after] = [await openAddress(), await openAddress()]
  let advertised = before
  const link = await openKafkaLink()
  link.onAnswer = ({ api }, answer) =>
    api === 'metadata' || api === 'find-coordinator' ? rewritten(answer, advertised.port) : answer
  const witness = new Witness()
  const options = { topics: [topic], groupId, witness, sessionTimeoutMs: SESSION_MS }
  const { failures } = await link.through(() => startMember({ ...options, name: 'member' }))
  await until(() => witness.taken.length > 20, { what: 'records by the first address' })
  expect(before.connections()).toBeGreaterThan(0)
  advertised = after
  const movedAtMs = performance.now()
  before.close()
  const hasTaken = (n: number) =>
    witness.taken.some(({ place, atMs }) => place === `${topic}/${n}` && atMs > movedAtMs + 500)
  await until(() => hasTaken(0) && hasTaken(1), { what: 'records by the other address' })
  expect(after.connections()).toBeGreaterThan(0)
  expect(performance.now() - movedAtMs).toBeLessThan(SESSION_MS)
  expect([0, 1].map((n) => witness.epochsOf(`${topic}/${n}`))).toEqual([1, 1])
  expect(failures).toEqual([])
})

/** Another address of the test broker. */
async function openAddress() {
  const sockets = new Set<Socket>()
  let count = 0
  const server = net.createServer((near) => {
    count += 1
    const far = net.connect({ port: brokerPort(), host: '127.0.0.1' })
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.on('error', () => undefined)
      one.on('close', () => other.destroy())
      one.pipe(other)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = () => {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  onTestFinished(close)
  return { port, close, connections: () => count }
}

function brokerPort(): number {
  return Number(endpoints().brokers.split(':').at(-1))
}

/** The answer with another port wherever the broker's own is. */
function rewritten(answer: Buffer, port: number): Buffer {
  const own = Buffer.alloc(4)
  own.writeInt32BE(brokerPort())
  const changed = Buffer.from(answer)
  for (let at = changed.indexOf(own); at >= 0; at = changed.indexOf(own, at + 4)) {
    changed.writeInt32BE(port, at)
  }
  return changed
}
