import { describe, expect, it } from 'vitest'
import { runCli } from '../support/run-cli.ts'
import { pluginPath } from '../support/serve.ts'
import { createTopics, uniqueName } from '../support/stack.ts'

const noting = pluginPath('plugins/noting')
const RUNNABLE = {
  PLUGINS: noting,
  EVENTS_ENABLED: 'true',
  HTTP_PORT: '0',
  LOG_LEVEL: 'fatal',
  IDEMPOTENCY_STORE: 'memory:',
}
const NOWHERE = '127.0.0.1:1'

/** Runs `serve` until it exits with 1. Returns stderr. */
async function refusal(env: Record<string, string>): Promise<string> {
  const { code, stderr } = await runCli(['serve'], {
    env: { ...RUNNABLE, ...env },
  })
  expect(code, stderr).toBe(1)
  return stderr
}

describe.concurrent('serve rejects', () => {
  it('settings that are missing or malformed, all at once', async () => {
    const wrong = {
      KAFKA_BROKERS: '',
      SCHEMA_REGISTRY_URL: 'registry:8081',
      PLUGINS: '',
      SESSION_TIMEOUT_MS: '10s',
      EVENTS_ENABLED: 'yes please',
      MAX_IN_FLIGHT_BYTES: '5',
    }
    const [first, ...lines] = (await refusal(wrong)).trimEnd().split('\n')
    expect(first).toBe('error: invalid settings:')
    expect(lines).toHaveLength(6)
    for (const [name, value] of Object.entries(wrong)) {
      const got = value === '' ? 'nothing' : `"${value}"`
      const line = new RegExp(`^  ${name}: (required, )?expected .+, got ${got}$`)
      expect(lines).toContainEqual(expect.stringMatching(line))
    }
  })

  it('an unset EVENTS_ENABLED', async () => {
    for (const unset of ['', ' ']) {
      expect(await refusal({ EVENTS_ENABLED: unset })).toBe(
        'error: invalid settings:\n  EVENTS_ENABLED: required, expected true (plugins get events) or false (events are skipped and committed: plugins never get them), got nothing\n',
      )
    }
  })

  it('brokers that do not respond', async () => {
    expect(await refusal({ KAFKA_BROKERS: NOWHERE })).toMatch(
      /^error: cannot connect to Kafka at 127\.0\.0\.1:1: .*ECONNREFUSED.*\n$/,
    )
  })

  it('a registry that does not respond', async () => {
    expect(await refusal({ SCHEMA_REGISTRY_URL: `http://${NOWHERE}` })).toMatch(
      /^error: .*unexpected response from the schema registry at http:\/\/127\.0\.0\.1:1: .*ECONNREFUSED.*\n$/,
    )
  })

  it('missing topics, naming them all', async () => {
    const [one, other] = [uniqueName('there'), uniqueName('not-there')]
    await createTopics({ topic: one, numPartitions: 1 })
    const stderr = await refusal({
      KAFKA_TOPICS: `${one},${other}`,
      KAFKA_GROUP_ID: one,
    })
    expect(stderr).toBe(
      `error: the topics do not exist: ${one}.dead-letters, ${one}.redrive, ${other}, ${other}.dead-letters, ${other}.redrive, ${one}.control; ` +
        'create them with `inventory-events topics create`\n',
    )
  })

  it('a filter for an unknown plugin, and one with a path that no event has', async () => {
    const filters = { noting: { exact: { 'data.entityID': 'x' } }, nothing: {} }
    const stderr = await refusal({ PLUGIN_FILTERS: JSON.stringify(filters) })
    expect(stderr).toMatch(
      /^error: PLUGIN_FILTERS: nothing: no such plugin, did you mean noting\?; noting: data\.entityID: no field of any of inventory_events\..*, did you mean data\.entityId\?\n$/,
    )
    expect(await refusal({ PLUGIN_FILTERS: '[]' })).toContain(
      'PLUGIN_FILTERS: expected a JSON object that maps slugs to filters, got "[]"',
    )
  })

  it('a plugin that is not found', async () => {
    const wrong = './plugins/no-such.ts'
    const stderr = await refusal({ PLUGINS: `${noting},${wrong}` })
    expect(stderr).toMatch(/^error: invalid plugins:\n {2}plugin \.\/plugins\/no-such\.ts: .+\n$/)
  })

  it('a single invalid plugin', async () => {
    const stderr = await refusal({ PLUGINS: pluginPath('bad-plugins/no-handler') })
    expect(stderr).toMatch(
      /^error: invalid plugins:\n {2}plugin no-handler in .+no-handler\.ts: .+\n$/,
    )
  })
})
