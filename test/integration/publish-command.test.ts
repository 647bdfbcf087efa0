import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRegistry } from '../../src/avro/registry/registry.ts'
import { subjectName } from '../../src/avro/registry/subject-name.ts'
import { builtInContract } from '../../src/avro/schema/contract-schemas.ts'
import { schemaIdOf } from '../../src/avro/wire-format.ts'
import { readTopic } from '../support/read-topic.ts'
import { runCli } from '../support/run-cli.ts'
import { createTopics, endpoints, uniqueName } from '../support/stack.ts'

const inventory = uniqueName('inventory')
const plugin = uniqueName('plugin')
const topics = ['--inventory-topic', inventory, '--plugin-topic', plugin]
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'publish-'))
  await createTopics({ topic: inventory, numPartitions: 6 }, { topic: plugin, numPartitions: 2 })
  expect(await runCli(['schemas', 'register', ...topics])).toMatchObject({ code: 0 })
})

afterAll(() => rm(folder, { recursive: true, force: true }))

const wasted = (id: string, entityId: unknown) =>
  JSON.stringify({
    id,
    kind: 'inventory.wasted',
    time: '2024-01-15T10:30:00Z',
    transactionId: 'txn_1',
    flowId: 'flow_1',
    entityId,
    reason: 'zu warm ☀',
  })

describe('the publish command', () => {
  it('refuses kinds and names that look mistyped, unless they are meant', async () => {
    const event = { id: 'mistyped', kind: 'inventory.recieved', time: '2024-01-15T10:30:00Z' }
    const lines = [event, { name: 'stockitem.movd' }]
    const file = join(folder, 'mistyped.jsonl')
    await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    const refused = await runCli(['publish', file, ...topics])
    expect(refused).toMatchObject({ code: 1, stdout: '0 published, 2 bad\n' })
    const hint = '--allow-unknown-kinds publishes it as it is'
    expect(refused.stderr).toBe(
      `line 1: kind: "inventory.recieved" is unknown, did you mean inventory.received? ${hint}\n` +
        `line 2: name: "stockitem.movd" is unknown, did you mean stockitem.moved? ${hint}\n`,
    )
  })

  it('publishes valid lines, reports and keeps bad ones, and exits with 1', async () => {
    const good = [wasted('e1', 'ent_1'), wasted('e2', 'Größe'), wasted('e3', 'ent_1')]
    const created = '{"name":"stock_stockitem.created","kwargs":{"model":"stockitem","id":123}}'
    const bad = [wasted('e4', 12), '{"kind":', '"\xff"']
    const file = join(folder, 'events.jsonl')
    const lines = [good[0], bad[0], '', good[1], bad[1], good[2], created, bad[2]]
    const encoded = lines.map((line) =>
      Buffer.from(`${line}\n`, line === bad[2] ? 'latin1' : 'utf8'),
    )
    await writeFile(file, Buffer.concat(encoded))
    const rejects = join(folder, 'rejects.jsonl')

    const run = await runCli(['publish', file, '--rejects', rejects, ...topics])
    expect(run).toMatchObject({ code: 1, stdout: `4 published, 3 bad, written to ${rejects}\n` })
    expect(run.stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^line 2: entityId: expected .+, got 12$/),
      expect.stringMatching(/^line 5: not valid JSON: /),
      'line 8: not valid UTF-8',
    ])
    expect((await readFile(rejects)).toString('latin1')).toBe(
      `${Buffer.from(bad[0]!).toString('latin1')}\n${bad[1]}\n${bad[2]}\n`,
    )

    const records = await readTopic(inventory)
    expect(records.map(({ key }) => String(key)).sort()).toEqual(['Größe', 'ent_1', 'ent_1'])
    const ofEntity = records.filter(({ key }) => String(key) === 'ent_1')
    expect(ofEntity.map(({ headers }) => String(headers?.ce_id))).toEqual(['e1', 'e3'])
    expect(textOf(ofEntity[0]!.headers)).toEqual({
      ce_specversion: '1.0',
      ce_id: 'e1',
      ce_type: 'inventory.wasted',
      ce_source: '/inventory-events',
      ce_time: '2024-01-15T10:30:00Z',
      'content-type': 'application/avro',
    })
    const schema = builtInContract().ofRecord('inventory_events.InventoryWasted')!
    const registry = createRegistry({ SCHEMA_REGISTRY_URL: endpoints().registryUrl })
    const id = await registry.registeredId(subjectName(inventory, schema.fullName), schema.text)
    expect(schemaIdOf(ofEntity[0]!.value!)).toBe(id)

    const [minted, ...none] = await readTopic(plugin)
    expect(none).toEqual([])
    expect(String(minted?.key)).toBe('stockitem:123')
    expect(String(minted?.headers?.ce_id)).toMatch(/^[\da-f]{8}-[\da-f]{4}-7/)
  })

  it('publishes thousands of lines from standard input, in order per entity', async () => {
    const topic = uniqueName('many')
    await createTopics({ topic, numPartitions: 3 })
    const into = ['--inventory-topic', topic, '--plugin-topic', plugin]
    expect(await runCli(['schemas', 'register', ...into])).toMatchObject({ code: 0 })
    const lines = Array.from({ length: 5_000 }, (_, i) => wasted(`evt-${i}`, `ent_${i % 50}`))
    const run = await runCli(['publish', '-', ...into], { input: lines.join('\n') })
    expect(run).toEqual({ code: 0, stdout: '5000 published, 0 bad\n', stderr: '' })

    const last = new Map<string, number>()
    const records = await readTopic(topic)
    expect(records).toHaveLength(5_000)
    for (const { key, headers } of records) {
      const number = Number(String(headers?.ce_id).slice(4))
      expect(number).toBeGreaterThan(last.get(String(key)) ?? -1)
      last.set(String(key), number)
    }
  })

  it('says from which line to resume when a topic or a schema is missing', async () => {
    const missing = uniqueName('missing')
    const run = await runCli(['publish', '--inventory-topic', missing], {
      input: wasted('e1', 'ent_1'),
    })
    expect(run).toEqual({
      code: 1,
      stdout: '0 published, 0 bad\n',
      stderr:
        `error: topic ${missing} does not exist or this user may not see it; create it with "inventory-events topics create"\n` +
        'stopped; resume from line 1\n',
    })
    await createTopics({ topic: missing, numPartitions: 1 })
    const unregistered = await runCli(['publish', '--inventory-topic', missing], {
      input: wasted('e1', 'ent_1'),
    })
    expect(unregistered).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('run "inventory-events schemas register"'),
    })
  })

  it('counts a record that is too large for the topic as a bad line', async () => {
    const topic = uniqueName('small')
    const configEntries = [{ name: 'max.message.bytes', value: '2000' }]
    await createTopics({ topic, numPartitions: 1, configEntries })
    const into = ['--inventory-topic', topic, '--plugin-topic', plugin]
    expect(await runCli(['schemas', 'register', ...into])).toMatchObject({ code: 0 })
    const large = JSON.stringify({ ...JSON.parse(wasted('e2', 'b')), reason: 'x'.repeat(5_000) })
    const lines = [wasted('e1', 'a'), large, wasted('e3', 'c')]
    const run = await runCli(['publish', ...into], { input: lines.join('\n') })
    expect(run).toMatchObject({ code: 1, stdout: '2 published, 1 bad\n' })
    expect(run.stderr).toMatch(
      new RegExp(
        `^line 2: topic ${topic} refused the write: the record of 5\\d{3} bytes is larger than its max\\.message\\.bytes \\(2000 bytes\\)\n$`,
      ),
    )
    const ids = (await readTopic(topic)).map(({ headers }) => String(headers?.ce_id))
    expect([...new Set(ids)].sort()).toEqual(['e1', 'e3'])
  })

  it('rejects a missing file', async () => {
    expect(await runCli(['publish', join(folder, 'none.jsonl')])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^error: cannot read .+none\.jsonl: ENOENT/),
    })
  })
})

function textOf(headers: Record<string, unknown> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}
