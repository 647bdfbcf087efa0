import { describe, expect, it } from 'vitest'
import { groupTopicsOf } from '../../src/topics/names.ts'
import { runCli } from '../support/run-cli.ts'
import { createTopics, uniqueName } from '../support/stack.ts'

describe('the topics command', () => {
  it('creates a topic and its companions with equal partition counts, and can be repeated', async () => {
    const topic = uniqueName('input')
    const args = [
      'topics',
      'create',
      topic,
      '--partitions',
      '5',
      '--config',
      'max.message.bytes=200000',
    ]
    const groupId = uniqueName('group')
    const env = { KAFKA_GROUP_ID: groupId }
    const suffixes = ['', '.dead-letters', '.redrive', `.${groupId}.marks`]
    const names = [...suffixes.map((suffix) => `${topic}${suffix}`), ...groupTopicsOf(groupId)]
    expect(await runCli(args, { env })).toEqual({
      code: 0,
      stdout: names.map((name) => `${name}: created\n`).join(''),
      stderr: '',
    })
    expect(await runCli(args, { env })).toMatchObject({
      code: 0,
      stdout: names.map((name) => `${name}: exists\n`).join(''),
    })
    expect(await runCli(['topics', 'check', topic], { env })).toMatchObject({
      code: 0,
      stdout: `${topic}: ok\n`,
    })
  })

  it('creates no marks topic for a store that needs none', async () => {
    const topic = uniqueName('without')
    const env = { IDEMPOTENCY_STORE: 'memory:' }
    const { stdout } = await runCli(['topics', 'create', topic], { env })
    expect(stdout.split('\n')).toHaveLength(7)
    expect(await runCli(['topics', 'check', topic], { env })).toMatchObject({ code: 0 })
    expect(await runCli(['topics', 'check', topic])).toMatchObject({
      stderr: expect.stringContaining(`${topic}.inventory-events.marks: topic does not exist`),
    })
  })

  it('gives companions the partition count and message limit that an existing input needs', async () => {
    const topic = uniqueName('existing')
    await createTopics({ topic, numPartitions: 3 })
    expect(await runCli(['topics', 'create', topic])).toMatchObject({ code: 0 })
    expect(await runCli(['topics', 'create', topic, '--partitions', '4'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`${topic}: expected 4 partitions, got 3`),
    })
  })

  it('names topics that are missing, or have too few partitions or too small limits', async () => {
    const topic = uniqueName('wide')
    await createTopics(
      { topic, numPartitions: 3 },
      { topic: `${topic}.dead-letters`, numPartitions: 2 },
    )
    const { code, stdout, stderr } = await runCli(['topics', 'check', topic])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr.split('\n')).toEqual([
      'error: topics are missing or misconfigured:',
      `  ${topic}.dead-letters: expected 3 partitions as its input has, got 2`,
      `  ${topic}.dead-letters: expected max.message.bytes of at least 1114124, got 1048588`,
      `  ${topic}.redrive: topic does not exist; create it with "inventory-events topics create"`,
      `  ${topic}.inventory-events.marks: topic does not exist; create it with "inventory-events topics create"`,
      '',
    ])
  })

  it("reports Kafka's reason for rejecting a topic", async () => {
    const refused = await runCli(['topics', 'create', uniqueName('x'), '--replication-factor', '9'])
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^error: cannot create topic x-\w+: Replication-factor is invalid\n {2}asked for: 6 partitions, 9 replicas\n {2}if this cluster allows no such topic, create one with its own tools and repeat: .+\n$/,
      ),
    })
  })

  it('names the brokers when none responds', async () => {
    const away = await runCli(['topics', 'check'], { env: { KAFKA_BROKERS: '127.0.0.1:1' } })
    expect(away).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^error: cannot connect to Kafka at 127\.0\.0\.1:1: .+ECONNREFUSED.+\n$/,
      ),
    })
  })
})
