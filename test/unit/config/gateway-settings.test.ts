import { expect, it } from 'vitest'
import { checkConfig, loadConfig } from '../../../src/config/load-config.ts'

it('reads one or several secrets, separated by commas or lines', () => {
  const secretsIn = (text: string) => loadConfig({ GATEWAY_SECRETS: text }).GATEWAY_SECRETS
  const [a, b, c] = ['a', 'b', 'c'].map((letter) => letter.repeat(16))
  expect(secretsIn(`${a}`)).toEqual([a])
  expect(secretsIn(`${a}, ${b},${c}`)).toEqual([a, b, c])
  expect(secretsIn(`${a}\r\n${b}\n\n${c}\n`)).toEqual([a, b, c])
  expect(loadConfig({}).GATEWAY_SECRETS).toBeUndefined()
})

it.each([
  { GATEWAY_SECRETS: 'twice_is_too_many,twice_is_too_many' },
  { GATEWAY_SECRETS: 'one_that_is_long_enough,' },
  { GATEWAY_TOKEN: 'two words, which are long enough' },
  { GATEWAY_SECRETS: 'one_that_is_long_enough,15_characters__' },
  { GATEWAY_TOKEN: '15_characters__' },
  { ADMIN_TOKEN: 'x' },
])('rejects %j without printing it', (env) => {
  const { problems } = checkConfig(env)
  expect(problems).toEqual([expect.stringContaining('something else (not shown)')])
})

it.each(['GATEWAY_SECRETS', 'GATEWAY_TOKEN', 'ADMIN_TOKEN'])(
  'accepts %s from 16 characters',
  (name) => {
    expect(checkConfig({ [name]: 'x'.repeat(16) }).problems).toEqual([])
    expect(checkConfig({ [name]: 'x'.repeat(15) }).problems).toEqual([
      expect.stringContaining('at least 16 characters'),
    ])
  },
)

it('rejects an invalid topic', () => {
  const { problems } = checkConfig({ GATEWAY_PLUGIN_TOPIC: 'a,b' })
  expect(problems).toEqual([expect.stringMatching(/^GATEWAY_PLUGIN_TOPIC: expected a topic name/)])
})

it('rejects contradicting settings', () => {
  expect(
    checkConfig({ GATEWAY_SECRETS: 'x'.repeat(16), GATEWAY_ALLOW_UNSIGNED: 'true' }).problems,
  ).toEqual(['GATEWAY_ALLOW_UNSIGNED: expected false, because GATEWAY_SECRETS is set'])
  expect(checkConfig({ GATEWAY_MAX_BODY_BYTES: '16777217' }).problems).toEqual([
    'GATEWAY_MAX_BODY_BYTES: expected at most a quarter of GATEWAY_MAX_IN_FLIGHT_BYTES',
  ])
})
