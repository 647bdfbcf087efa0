import { describe, expect, it } from 'vitest'
import { runAlone } from '../support/run-cli.ts'
import { failureIn, pluginPath } from '../support/serve.ts'
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

/** Runs `serve` until it exits with 1. Returns what it logs about that. */
async function refusal(env: Record<string, string>) {
  const { code, stderr } = await runAlone(['serve'], {
    env: { ...RUNNABLE, ...env },
  })
  expect(code, stderr).toBe(1)
  return failureIn(stderr)
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
    const { msg, level, err, problems } = await refusal(wrong)
    expect({ msg, level }).toEqual({ msg: 'service failed: invalid settings', level: 'fatal' })
    expect(err).toMatchObject({ code: 'CONFIG_INVALID', retryable: false })
    expect(err).not.toHaveProperty('stack')
    expect(problems).toHaveLength(6)
    for (const [name, value] of Object.entries(wrong)) {
      const got = value === '' ? 'nothing' : `"${value}"`
      const problem = new RegExp(`^${name}: (required, )?expected .+, got ${got}$`)
      expect(problems).toContainEqual(expect.stringMatching(problem))
    }
  })

  it('an unset EVENTS_ENABLED', async () => {
    for (const unset of ['', ' ']) {
      expect((await refusal({ EVENTS_ENABLED: unset })).problems).toEqual([
        'EVENTS_ENABLED: required, expected true (plugins get events) or false (events are skipped and committed: plugins never get them), got nothing',
      ])
    }
  })

  it('with text to read where that is asked for', async () => {
    const env = { ...RUNNABLE, EVENTS_ENABLED: 'maybe', LOG_FORMAT: 'text' }
    const { code, stderr } = await runAlone(['serve'], { env })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^error: invalid settings:\n {2}EVENTS_ENABLED: expected .+\n$/)
    const { problems } = await refusal({ LOG_FORMAT: 'pretty' })
    expect(problems).toEqual(['LOG_FORMAT: expected one of json, text, got "pretty"'])
  })

  it('brokers that do not respond', async () => {
    expect((await refusal({ KAFKA_BROKERS: NOWHERE })).msg).toMatch(
      /^service failed: cannot connect to Kafka at 127\.0\.0\.1:1: .*ECONNREFUSED.*$/,
    )
  })

  it('a registry that does not respond', async () => {
    expect((await refusal({ SCHEMA_REGISTRY_URL: `http://${NOWHERE}` })).msg).toMatch(
      /^service failed: .*the schema registry at http:\/\/127\.0\.0\.1:1 did not respond: .*ECONNREFUSED.*$/,
    )
  })

  it('missing topics, naming them all', async () => {
    const [one, other] = [uniqueName('there'), uniqueName('not-there')]
    await createTopics({ topic: one, numPartitions: 1 })
    const { msg } = await refusal({
      KAFKA_TOPICS: `${one},${other}`,
      KAFKA_GROUP_ID: one,
    })
    expect(msg).toBe(
      `service failed: the topics do not exist: ${one}.dead-letters, ${one}.redrive, ${other}, ${other}.dead-letters, ${other}.redrive, ${one}.control; ` +
        'create them with `inventory-events topics create`',
    )
  })

  it('a filter for an unknown plugin, and one with a path that no event has', async () => {
    const filters = { noting: { exact: { 'data.entityID': 'x' } }, nothing: {} }
    const { msg } = await refusal({ PLUGIN_FILTERS: JSON.stringify(filters) })
    expect(msg).toMatch(
      /^service failed: PLUGIN_FILTERS: nothing: no such plugin, did you mean noting\?; noting: data\.entityID: no field of any of inventory_events\..*, did you mean data\.entityId\?$/,
    )
    expect((await refusal({ PLUGIN_FILTERS: '[]' })).problems).toEqual([
      'PLUGIN_FILTERS: expected a JSON object that maps slugs to filters, got "[]"',
    ])
  })

  it('a plugin that is not found', async () => {
    const wrong = './plugins/no-such.ts'
    const { msg, problems } = await refusal({ PLUGINS: `${noting},${wrong}` })
    expect(msg).toBe('service failed: invalid plugins')
    expect(problems).toEqual([expect.stringMatching(/^plugin \.\/plugins\/no-such\.ts: .+$/)])
  })

  it('a single invalid plugin', async () => {
    const { problems } = await refusal({ PLUGINS: pluginPath('bad-plugins/no-handler') })
    expect(problems).toEqual([expect.stringMatching(/^plugin no-handler in .+no-handler\.ts: .+$/)])
  })
})
