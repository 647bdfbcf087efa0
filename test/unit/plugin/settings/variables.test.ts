import { describe, expect, it } from 'vitest'
import { nameOf, pluginVariables, variableOf } from '../../../../src/plugin/settings/variables.ts'

const found = (env: Record<string, string>, ...slugs: string[]) =>
  pluginVariables(env, slugs).map(({ variable, slug, rest }) => ({ variable, slug, rest }))

it('gives a variable to the plugin whose slug it begins with', () => {
  const env = { PLUGIN_COLD_CHAIN_URL: 'x', PLUGIN_OTHER_URL: 'x', COLD_CHAIN_URL: 'x' }
  expect(found(env, 'cold-chain')).toEqual([
    { variable: 'PLUGIN_COLD_CHAIN_URL', slug: 'cold-chain', rest: 'URL' },
  ])
})

it('gives one that fits several slugs to the longest, in whatever order they are loaded', () => {
  const env = { PLUGIN_A_B_URL: 'x', PLUGIN_A_URL: 'x' }
  const expected = [
    { variable: 'PLUGIN_A_B_URL', slug: 'a-b', rest: 'URL' },
    { variable: 'PLUGIN_A_URL', slug: 'a', rest: 'URL' },
  ]
  expect(found(env, 'a', 'a-b')).toEqual(expected)
  expect(found(env, 'a-b', 'a')).toEqual(expected)
  expect(found(env, 'a')[0]).toEqual({ variable: 'PLUGIN_A_B_URL', slug: 'a', rest: 'B_URL' })
})

it("leaves the service's own settings alone", () => {
  const env = { PLUGIN_FILTERS_FILE: 'x', PLUGIN_SETTINGS_FILE: 'x', PLUGIN_FILTERS_LIMIT: 'x' }
  expect(found(env, 'filters', 'settings')).toEqual([
    { variable: 'PLUGIN_FILTERS_LIMIT', slug: 'filters', rest: 'LIMIT' },
  ])
})

it('takes an empty variable for none', () => {
  expect(found({ PLUGIN_A_URL: ' ' }, 'a')).toEqual([])
})

describe.each([
  ['apiKey', 'API_KEY'],
  ['api_key', 'API_KEY'],
  ['api-key', 'API_KEY'],
  ['apiURL', 'API_URL'],
  ['URLOfApi', 'URL_OF_API'],
  ['oauth2Token', 'OAUTH2_TOKEN'],
  ['url', 'URL'],
])('the setting %s', (name, rest) => {
  it(`is meant by ${rest}`, () => {
    expect(variableOf('cold-chain', name)).toBe(`PLUGIN_COLD_CHAIN_${rest}`)
    expect(nameOf(rest, ['other', name])).toBe(name)
  })
})

it('spells a name that is not known in camel case', () => {
  expect(nameOf('API_KEY_2', [])).toBe('apiKey2')
})
