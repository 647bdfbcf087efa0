import { expect, it } from 'vitest'
import { checkConfig, loadConfig } from '../../../src/config/load-config.ts'

it('reads one or several secrets, separated by commas or lines', () => {
  const secretsIn = (text: string) => loadConfig({ GATEWAY_SECRETS: text }).GATEWAY_SECRETS
  expect(secretsIn('a')).toEqual(['a'])
  expect(secretsIn('a, b,c')).toEqual(['a', 'b', 'c'])
  expect(secretsIn('a\r\nb\n\nc\n')).toEqual(['a', 'b', 'c'])
  expect(loadConfig({}).GATEWAY_SECRETS).toBeUndefined()
})

it.each([
  { GATEWAY_SECRETS: 'twice,twice' },
  { GATEWAY_SECRETS: 'one,' },
  { GATEWAY_TOKEN: 'two words' },
])('rejects %j without printing it', (env) => {
  const { problems } = checkConfig(env)
  expect(problems).toEqual([expect.stringContaining('something else (not shown)')])
})

it('rejects an invalid topic', () => {
  const { problems } = checkConfig({ GATEWAY_PLUGIN_TOPIC: 'a,b' })
  expect(problems).toEqual([expect.stringMatching(/^GATEWAY_PLUGIN_TOPIC: expected a topic name/)])
})

it('rejects contradicting settings', () => {
  expect(checkConfig({ GATEWAY_SECRETS: 'a', GATEWAY_ALLOW_UNSIGNED: 'true' }).problems).toEqual([
    'GATEWAY_ALLOW_UNSIGNED: expected false, because GATEWAY_SECRETS is set',
  ])
  expect(checkConfig({ GATEWAY_MAX_BODY_BYTES: '33554433' }).problems).toEqual([
    'GATEWAY_MAX_BODY_BYTES: expected at most half of GATEWAY_MAX_IN_FLIGHT_BYTES',
  ])
})
