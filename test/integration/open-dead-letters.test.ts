import { pino } from 'pino'
import { expect, it, onTestFinished, vi } from 'vitest'
import { OwnedPartition } from '../../src/kafka/consumer/owned-partition.ts'
import { LogReader } from '../../src/kafka/reader/log-reader.ts'
import { reject } from '../../src/plugin/returns/returns.ts'
import { DeadLetterFollower } from '../../src/service/dead-letter-follower.ts'
import { type Clock, systemClock } from '../../src/util/clock.ts'
import { moved } from '../support/events.ts'
import { runCli } from '../support/run-cli.ts'
import { situation } from '../support/service-kit.ts'
import { serviceClient, until } from '../support/stack.ts'

const refusing = { slug: 'refusing', processEvent: () => reject('it is asked to') }

/** Polls as fast as it can. */
const impatient: Clock = { ...systemClock, sleep: (_, signal) => systemClock.sleep(50, signal) }

it('counts the dead letters of owned partitions until they are redriven or discarded', async () => {
  const s = await situation({ plugins: [refusing] })
  const service = await s.start()
  await s.publish(['ent_1', 'ent_2', 'ent_3', 'ent_4'].map((entity) => moved(entity)))
  await s.caughtUp()
  await service.stop()
  const owned = [0, 1, 2].map((partition) => new OwnedPartition(s.topic, partition, 0, 0))
  const { count, follow } = follower(s, owned)
  follow()
  await until(() => count() === 4, { what: 'all to be counted' })

  const env = s.settings
  const list = await runCli(['dead-letters', 'list', '--json'], { env })
  const [first, second] = JSON.parse(list.stdout).map(({ place }: { place: string }) => place)
  const discard = ['dead-letters', 'discard', first, '--why', 'a test', '--yes']
  expect(await runCli(discard, { env })).toMatchObject({ code: 0 })
  await until(() => count() === 3, { what: 'the discarded one to be left out' })
  const redrive = ['dead-letters', 'redrive', second, '--yes']
  expect(await runCli(redrive, { env })).toMatchObject({ code: 0 })
  await until(() => count() === 2, { what: 'the redriven one to be left out' })

  const again = follower(s, owned)
  expect(again.count()).toBeUndefined()
  again.follow()
  await until(() => again.count() === 2, { what: 'another replica to count the same' })
})

it('reads only partitions in which something was written', async () => {
  const s = await situation({ plugins: [refusing] })
  const service = await s.start()
  const owned = [0, 1, 2].map((partition) => new OwnedPartition(s.topic, partition, 0, 0))
  const read = vi.spyOn(LogReader.prototype, 'read')
  onTestFinished(() => read.mockRestore())
  const places = () =>
    read.mock.calls.flatMap(([{ topic, partition }]) => {
      return topic.startsWith(s.topic) ? [`${topic}/${partition}`] : []
    })
  const { count, follow } = follower(s, owned)
  follow()
  await until(() => count() === 0, { what: 'none to be counted' })
  expect(places()).toEqual([])
  await s.publish([moved('ent_1')])
  await until(() => count() === 1, { what: 'one to be counted' })
  const [letter] = await s.letters()
  const topics = [s.deadLetters, `${s.topic}.redrive`]
  expect(places()).toEqual(topics.map((topic) => `${topic}/${letter!.partition}`))
  await service.stop()
})

it('counts those of other partitions while one cannot be read', async () => {
  const s = await situation({ plugins: [refusing] })
  const service = await s.start()
  const owned = [0, 1, 2].map((partition) => new OwnedPartition(s.topic, partition, 0, 0))
  const { count, follow } = follower(s, owned)
  follow()
  await until(() => count() === 0, { what: 'none to be counted' })
  const { read: asBefore } = LogReader.prototype
  const read = vi.spyOn(LogReader.prototype, 'read').mockImplementation(function (
    this: LogReader,
    request,
  ) {
    if (request.topic === s.deadLetters && request.partition === 0)
      return Promise.reject(new Error('it has no leader'))
    return asBefore.call(this, request)
  })
  onTestFinished(() => read.mockRestore())
  await s.publish(Array.from({ length: 20 }, (_, n) => moved(`ent_${n}`)))
  await until(async () => (await s.letters()).length === 20, { what: 'the dead letters' })
  const others = (await s.letters()).filter(({ partition }) => partition !== 0).length
  expect(others).toBeLessThan(20)
  await until(() => count() === others, { what: 'those of other partitions to be counted' })
  read.mockRestore()
  await until(() => count() === 20, { what: 'all to be counted' })
  await service.stop()
})

type Situation = Awaited<ReturnType<typeof situation>>

function follower({ groupId, topic }: Situation, owned: OwnedPartition[]) {
  const letters = new DeadLetterFollower({
    kafka: serviceClient(),
    groupId,
    topics: [topic],
    owned: () => owned,
    clock: impatient,
    log: pino({ level: 'silent' }),
  })
  onTestFinished(() => letters.stop())
  return { follow: () => letters.start(), count: () => letters.open()?.length }
}
