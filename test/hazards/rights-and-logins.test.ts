import kafkajs, { type AclEntry } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { grant, rightsIn } from '../support/secure-acls.ts'
import { type SecureKafka, startSecureKafka } from '../support/secure-kafka.ts'
import { uniqueName, until } from '../support/stack.ts'
import { pump } from './plain-member.ts'
import { startMember, Witness } from './witness.ts'

/** A client logs in again ten seconds before that: here, a second after each login. */
const LOGIN_LASTS_MS = 11_000

let broker: SecureKafka

beforeAll(async () => {
  broker = await startSecureKafka(['member'], [`connections.max.reauth.ms=${LOGIN_LASTS_MS}`])
})
afterAll(() => broker?.stop())

async function reading() {
  const topic = uniqueName('secure')
  const rights = rightsIn(
    `kafka-acls --add --allow-principal User:member --operation Read --topic ${topic} --group ${topic}`,
  )
  const admin = broker.kafka.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions: 2 }] })
  await admin.disconnect()
  await grant(broker.kafka, rights)
  await pump(topic, 2, broker.kafka)
  const witness = new Witness()
  const options = { name: 'member', topics: [topic], groupId: topic, witness }
  const member = await startMember({ ...options, settings: broker.as('member') })
  await until(() => witness.taken.length > 20, { what: 'records to be read' })
  const committed = async () => {
    const client = broker.kafka.admin()
    await client.connect()
    const [all] = await client.fetchOffsets({ groupId: topic, topics: [topic] })
    await client.disconnect()
    return Math.min(...all!.partitions.map(({ offset }) => Number(offset)))
  }
  return { ...member, topic, rights, witness, committed }
}

async function revoke(rights: AclEntry[]): Promise<void> {
  const admin = broker.kafka.admin()
  await admin.connect()
  const { LITERAL } = kafkajs.ResourcePatternTypes
  const filters = rights.map((right) => ({ ...right, resourcePatternType: LITERAL }))
  await admin.deleteAcls({ filters }).finally(() => admin.disconnect())
}

describe('a member', () => {
  it('logs in again on each of its connections, and misses nothing', async () => {
    const { topic, log, witness, committed, failures } = await reading()
    const endMs = performance.now() + LOGIN_LASTS_MS * 1.5
    const isLater = () => witness.taken.some(({ atMs }) => atMs > endMs)
    await until(isLater, { what: 'records one and a half logins later' })
    const reached = witness.offsetsOf(`${topic}/0`).length - 20
    await until(async () => (await committed()) > reached, { what: 'commits' })
    expect(log.filter(({ level }) => Number(level) > 30)).toEqual([])
    expect([0, 1].map((n) => witness.epochsOf(`${topic}/${n}`))).toEqual([1, 1])
    expect(failures).toEqual([])
  })

  it('whose rights are revoked waits, and goes on when they are given back', async () => {
    const { rights, log, witness, committed, failures } = await reading()
    await revoke(rights)
    const isRefused = () =>
      log.some(({ error }) => String(error).includes('TOPIC_AUTHORIZATION_FAILED')) &&
      log.some(({ error }) => String(error).includes('GROUP_AUTHORIZATION_FAILED'))
    await until(isRefused, { what: 'fetches and the member to be refused' })
    const [before, from] = [witness.taken.length, await committed()]
    await grant(broker.kafka, rights)
    await until(() => witness.taken.length > before + 20, { what: 'records to be read again' })
    await until(async () => (await committed()) > from + 10, { what: 'commits' })
    expect(failures).toEqual([])
  })
})
