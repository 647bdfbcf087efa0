import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../../src/config/load-config.ts'
import { tokenSource } from '../../../../src/kafka/client/oauth-token-cache.ts'
import type { FetchedToken } from '../../../../src/kafka/client/oauth-token-request.ts'

const config = loadConfig({
  KAFKA_SASL_MECHANISM: 'oauthbearer',
  KAFKA_OAUTH_TOKEN_URL: 'https://id.example/token',
  KAFKA_OAUTH_CLIENT_ID: 'client',
  KAFKA_OAUTH_CLIENT_SECRET: 'secret',
})

/** A token server with a clock; `down` makes it fail. */
function server(lifeMs: number) {
  const state = { nowMs: 1_000_000, asked: 0, down: false }
  const requestToken = async (): Promise<FetchedToken> => {
    state.asked += 1
    if (state.down) throw new Error('down')
    return { value: `token-${state.asked}`, lifeMs }
  }
  const clock = { elapsedMs: () => state.nowMs }
  const signAwsToken = () => Promise.reject(new Error('not asked for'))
  const token = tokenSource(config, { requestToken, signAwsToken, clock })
  return { state, token }
}

it('tokens are signed for AWS, and cached as others are, with KAFKA_OAUTH_AWS_REGION', async () => {
  const asked: string[] = []
  const tokenFor = (name: string) => async (): Promise<FetchedToken> => {
    asked.push(name)
    return { value: `${name}-${asked.length}`, lifeMs: 900_000 }
  }
  let nowMs = 0
  const token = tokenSource(
    loadConfig({ KAFKA_SASL_MECHANISM: 'oauthbearer', KAFKA_OAUTH_AWS_REGION: 'eu-central-1' }),
    {
      requestToken: tokenFor('other'),
      signAwsToken: tokenFor('aws'),
      clock: { elapsedMs: () => nowMs },
    },
  )
  expect([await token(), await token()]).toEqual(['aws-1', 'aws-1'])
  nowMs = 720_000
  expect(await token()).toBe('aws-2')
})

describe('client credentials tokens', () => {
  it('are cached, and requested again well before they expire', async () => {
    const { state, token } = server(100_000)
    expect(await token()).toBe('token-1')
    state.nowMs += 79_999
    expect(await token()).toBe('token-1')
    state.nowMs += 1
    expect(await token()).toBe('token-2')
  })

  it('that are short-lived are requested again 15 s before they expire', async () => {
    const { state, token } = server(20_000)
    await token()
    state.nowMs += 4_999
    expect(await token()).toBe('token-1')
    state.nowMs += 1
    expect(await token()).toBe('token-2')
  })

  it('are requested once for concurrent callers', async () => {
    const { state, token } = server(0)
    expect(await Promise.all([token(), token(), token()])).toEqual(Array(3).fill('token-1'))
    expect(state.asked).toBe(1)
  })

  it('are used until they expire while the server is down', async () => {
    const { state, token } = server(100_000)
    await token()
    state.down = true
    state.nowMs += 90_000
    expect(await token()).toBe('token-1')
    state.nowMs += 10_000
    await expect(token()).rejects.toThrow('down')
  })

  it('are requested at most once a second while the server is down', async () => {
    const { state, token } = server(100_000)
    state.down = true
    for (let i = 0; i < 10; i++) {
      await expect(token()).rejects.toThrow('down')
      state.nowMs += 99
    }
    expect(state.asked).toBe(1)
    state.nowMs += 100
    await expect(token()).rejects.toThrow('down')
    expect(state.asked).toBe(2)
  })
})
