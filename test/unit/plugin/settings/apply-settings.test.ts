import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { loadConfig } from '../../../../src/config/load-config.ts'
import { defaultsFrom, withDefaults } from '../../../../src/plugin/loaded-plugin.ts'
import type { Plugin } from '../../../../src/plugin/plugin.ts'
import { applySettings, unknownSlugs } from '../../../../src/plugin/settings/apply-settings.ts'
import type { StandardSchema } from '../../../../src/plugin/settings/standard-schema.ts'

import { ManualClock } from '../../../support/manual-clock.ts'

type Given = Record<string, Record<string, unknown>>

interface Case {
  env?: Record<string, string>
  json?: Given
  clock?: ManualClock
}

const load = (plugin: Partial<Plugin>) =>
  withDefaults(
    { slug: 'alarm', processEvent() {}, ...plugin },
    'alarm.ts',
    defaultsFrom(loadConfig({})),
  )

function apply(plugins: Partial<Plugin>[], { env = {}, json, clock }: Case = {}) {
  const config = { PLUGIN_SETTINGS: json }
  return applySettings(plugins.map(load), { config, env, ...(clock && { clock }) })
}

async function settingsOf(settings: StandardSchema, given: Case): Promise<unknown> {
  const { plugins, problems } = await apply([{ settings }], given)
  expect(problems).toEqual([])
  return plugins[0]?.settings
}

async function problemsOf(plugin: Partial<Plugin>, given: Case = {}): Promise<string[]> {
  const { plugins, problems } = await apply([plugin], given)
  expect(plugins).toEqual([])
  return problems.map(({ reason }) => reason)
}

const schemas = {
  zod: z.object({ url: z.url(), retries: z.int().default(3), isOn: z.boolean().optional() }),
  valibot: v.object({
    url: v.pipe(v.string(), v.url()),
    retries: v.optional(v.pipe(v.number(), v.integer()), 3),
    isOn: v.optional(v.boolean()),
  }),
}

describe.each(Object.entries(schemas))('with a schema of %s', (_library, settings) => {
  it('reads JSON, and variables, which override it', async () => {
    const json = { alarm: { url: 'https://a.example', retries: 1 } }
    const env = { PLUGIN_ALARM_RETRIES: '5', PLUGIN_ALARM_IS_ON: 'false' }
    expect(await settingsOf(settings, { json, env })).toEqual({
      url: 'https://a.example',
      retries: 5,
      isOn: false,
    })
  })

  it('applies the defaults of the schema', async () => {
    const env = { PLUGIN_ALARM_URL: 'https://a.example' }
    expect(await settingsOf(settings, { env })).toEqual({ url: 'https://a.example', retries: 3 })
  })

  it('says what is missing, and how it is set', async () => {
    const [problem, ...others] = await problemsOf({ settings })
    expect(others).toEqual([])
    expect(problem).toMatch(
      /^settings\.url: .*undefined; not set: expected PLUGIN_ALARM_URL, or url in PLUGIN_SETTINGS$/,
    )
  })

  it('reports every wrong and every unknown one at once, with where it came from', async () => {
    const json = { alarm: { url: 'nowhere', retires: 1 } }
    const env = { PLUGIN_ALARM_RETRIES: 'many', PLUGIN_ALARM_ISON: 'true' }
    const problems = await problemsOf({ settings }, { json, env })
    expect(problems).toEqual([
      expect.stringMatching(/^settings\.url: .* \(from PLUGIN_SETTINGS\)$/),
      expect.stringMatching(/^settings\.retries: .*number.* \(from PLUGIN_ALARM_RETRIES\)$/),
      'settings.retires: unknown, did you mean retries? (from PLUGIN_SETTINGS)',
      'settings.ison: unknown, did you mean isOn? (from PLUGIN_ALARM_ISON)',
    ])
  })
})

it('gives text to a schema that takes text, whatever else it could mean', async () => {
  const settings = z.object({ pin: z.string(), either: z.union([z.string(), z.number()]) })
  const env = { PLUGIN_ALARM_PIN: '0123', PLUGIN_ALARM_EITHER: '5' }
  expect(await settingsOf(settings, { env })).toEqual({ pin: '0123', either: '5' })
})

it('gives JSON to a schema that refuses text', async () => {
  const settings = z.object({ hosts: z.array(z.string()), pool: z.object({ max: z.number() }) })
  const env = { PLUGIN_ALARM_HOSTS: '["a","b"]', PLUGIN_ALARM_POOL: '{"max": 5}' }
  expect(await settingsOf(settings, { env })).toEqual({ hosts: ['a', 'b'], pool: { max: 5 } })
})

it('names the place within a setting', async () => {
  const settings = z.object({ pool: z.object({ max: z.number().max(5) }) })
  const json = { alarm: { pool: { max: 50 } } }
  expect(await problemsOf({ settings }, { json })).toEqual([
    expect.stringMatching(/^settings\.pool\.max: .* \(from PLUGIN_SETTINGS\)$/),
  ])
})

it('tries text as JSON where an issue says of no name what is wrong', async () => {
  const settings = z.union([
    z.object({ by: z.literal('port'), port: z.number() }),
    z.object({ by: z.literal('path'), path: z.string() }),
  ])
  const env = { PLUGIN_ALARM_BY: 'port', PLUGIN_ALARM_PORT: '5' }
  expect(await settingsOf(settings, { env })).toEqual({ by: 'port', port: 5 })
})

it('finds a name whatever its spelling', async () => {
  const settings = z.object({ apiURL: z.string(), 'max-rate': z.number() })
  const env = { PLUGIN_ALARM_API_URL: 'x', PLUGIN_ALARM_MAX_RATE: '5' }
  expect(await settingsOf(settings, { env })).toEqual({ apiURL: 'x', 'max-rate': 5 })
})

it('leaves names to a schema that takes any, or refuses them itself', async () => {
  const env = { PLUGIN_ALARM_ANY_NAME: 'x' }
  expect(await settingsOf(z.record(z.string(), z.string()), { env })).toEqual({ anyName: 'x' })
  expect(await problemsOf({ settings: z.strictObject({}) }, { env })).toEqual([
    expect.stringMatching(/^settings: .*anyName/),
  ])
})

it('leaves a variable alone that may be for another plugin, which does not run here', async () => {
  const settings = z.object({ url: z.string() })
  const env = { PLUGIN_ALARM_URL: 'x', PLUGIN_ALARM_FIRE_URL: 'x' }
  expect(await settingsOf(settings, { env })).toEqual({ url: 'x' })
})

it('awaits schemas that validate asynchronously', async () => {
  const settings = z.object({ url: z.string().transform(async (url) => new URL(url)) })
  const env = { PLUGIN_ALARM_URL: 'https://a.example' }
  expect(await settingsOf(settings, { env })).toEqual({ url: new URL('https://a.example') })
})

it('reports a schema that never answers', async () => {
  const clock = new ManualClock()
  const settings = z.object({}).refine(() => new Promise<boolean>(() => {}))
  const applied = apply([{ settings }], { clock })
  await clock.advance(20_000)
  expect((await applied).problems.map(({ reason }) => reason)).toEqual([
    'settings: the schema fails: no answer within 10 s',
  ])
})

it('takes a schema that clones what it is given', async () => {
  const settings = z.preprocess((given) => structuredClone(given), z.object({ url: z.string() }))
  const env = { PLUGIN_ALARM_URL: 'x' }
  expect(await settingsOf(settings, { env })).toEqual({ url: 'x' })
})

it('reports a schema that throws, without what was given', async () => {
  const settings = z.object({ url: z.string().transform((url) => JSON.parse(url)) })
  const env = { PLUGIN_ALARM_URL: 'hush-hush' }
  const [problem] = await problemsOf({ settings }, { env })
  expect(problem).toMatch(/^settings: the schema fails: /)
  expect(problem).not.toContain('hush')
})

describe('a secret', () => {
  const settings = v.object({ apiKey: v.pipe(v.string(), v.minLength(20)), url: v.string() })
  const secrets = ['apiKey']

  it('is not shown where it is refused, whatever the library quotes', async () => {
    const env = { PLUGIN_ALARM_API_KEY: '"hush-hush"', PLUGIN_ALARM_URL: 'x' }
    expect(await problemsOf({ settings, secrets }, { env })).toEqual([
      'settings.apiKey: refused (why is not shown: it is secret) (from PLUGIN_ALARM_API_KEY)',
    ])
  })

  it('is not shown in what is said of another', async () => {
    const check = (given: { apiKey: string; url: string }) => given.url.startsWith('https:')
    const quoting = v.pipe(
      v.object({ apiKey: v.string(), url: v.string() }),
      v.check(check, ({ input }) => `no https with ${input.apiKey}`),
    )
    const env = { PLUGIN_ALARM_API_KEY: 'hush-hush', PLUGIN_ALARM_URL: 'http:' }
    expect(await problemsOf({ settings: quoting, secrets }, { env })).toEqual([
      'settings: no https with ***',
    ])
  })

  it('that is misspelt in secrets is refused, since it would be shown', async () => {
    const env = { PLUGIN_ALARM_API_KEY: 'h'.repeat(20), PLUGIN_ALARM_URL: 'x' }
    expect(await problemsOf({ settings, secrets: ['apikey'] }, { env })).toEqual([
      'secrets: apikey: unknown, did you mean apiKey?',
    ])
  })
})

it('reports settings for a plugin that takes none, or that is not there', async () => {
  const json = { alarm: { url: 'x' }, alram: {} }
  expect(await problemsOf({}, { json })).toEqual([
    'settings: none expected, because the plugin has no schema; got some in PLUGIN_SETTINGS',
  ])
  expect(unknownSlugs([{ slug: 'alarm' }], { config: { PLUGIN_SETTINGS: json } })).toEqual([
    'PLUGIN_SETTINGS: alram: no such plugin, did you mean alarm?',
  ])
})

it('leaves a plugin without a schema its own variables', async () => {
  const { plugins, problems } = await apply([{}], { env: { PLUGIN_ALARM_URL: 'x' } })
  expect(problems).toEqual([])
  expect(plugins[0]?.settings).toBeUndefined()
})
