import { createHash, createHmac } from 'node:crypto'
import { generateAuthToken } from 'aws-msk-iam-sasl-signer-js'
import { beforeEach, expect, it, vi } from 'vitest'
import { loadConfig } from '../../../../src/config/load-config.ts'
import { type AwsSigner, signAwsToken } from '../../../../src/kafka/client/aws-msk-token.ts'

const REGION = 'eu-central-1'
const SECRET = 'the-secret-access-key'
const config = loadConfig({
  KAFKA_SASL_MECHANISM: 'oauthbearer',
  KAFKA_OAUTH_AWS_REGION: REGION,
})

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', SECRET)
  vi.stubEnv('AWS_SESSION_TOKEN', 'the-session-token')
})

it('signs a URL for kafka-cluster:Connect as MSK verifies it, with the environment of AWS', async () => {
  const { value, lifeMs } = await signAwsToken(config)
  expect(value).toMatch(/^[\w-]+$/)
  const url = new URL(Buffer.from(value, 'base64url').toString())
  expect(url.origin + url.pathname).toBe(`https://kafka.${REGION}.amazonaws.com/`)
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    Action: 'kafka-cluster:Connect',
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Security-Token': 'the-session-token',
    'X-Amz-SignedHeaders': 'host',
  })
  expect(url.searchParams.get('X-Amz-Signature')).toBe(signatureOf(url))
  const expiresS = Number(url.searchParams.get('X-Amz-Expires'))
  expect(lifeMs).toBeLessThanOrEqual(expiresS * 1_000)
  expect(lifeMs).toBeGreaterThan((expiresS - 60) * 1_000)
  expect(value + url.href).not.toContain(SECRET)
})

it('is retried while there are no credentials', async () => {
  const load = async (): Promise<AwsSigner> => ({
    generateAuthToken: async () => {
      throw new Error('Could not load credentials from any providers')
    },
  })
  await expect(signAwsToken(config, load)).rejects.toMatchObject({
    code: 'KAFKA_UNAVAILABLE',
    retryable: true,
    message: `KAFKA_OAUTH_AWS_REGION: no token for ${REGION}: Could not load credentials from any providers`,
  })
})

it('says that the package is not installed', async () => {
  const load = () =>
    Promise.reject(
      Object.assign(new Error("Cannot find package 'aws-msk-iam-sasl-signer-js' imported from x"), {
        code: 'ERR_MODULE_NOT_FOUND',
      }),
    )
  await expect(signAwsToken(config, load)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    retryable: false,
    message: expect.stringContaining('needs the package aws-msk-iam-sasl-signer-js'),
  })
})

it('uses the default chain: the package is called with the region alone', async () => {
  const calls: unknown[] = []
  const load = async (): Promise<AwsSigner> => ({
    generateAuthToken: (options) => {
      calls.push(options)
      return generateAuthToken(options)
    },
  })
  await signAwsToken(config, load)
  expect(calls).toEqual([{ region: REGION }])
})

/** The Signature Version 4 of a presigned GET request, calculated as its receiver does. */
function signatureOf(url: URL): string {
  const { searchParams: given } = url
  const [, day = '', region = '', service = '', end = ''] =
    `${given.get('X-Amz-Credential')}`.split('/')
  expect([region, service, end]).toEqual([REGION, 'kafka-cluster', 'aws4_request'])
  const encoded = (text: string) =>
    encodeURIComponent(text).replace(
      /[!'()*]/g,
      (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
    )
  const query = [...given]
    .filter(([name]) => name !== 'X-Amz-Signature' && name !== 'User-Agent')
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort()
    .join('&')
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
  const request = ['GET', '/', query, `host:${url.host}`, '', 'host', sha256('')].join('\n')
  const scope = [day, region, service, end].join('/')
  const text = ['AWS4-HMAC-SHA256', given.get('X-Amz-Date'), scope, sha256(request)].join('\n')
  const hmac = (key: string | Buffer, part: string) =>
    createHmac('sha256', key).update(part).digest()
  const key = [day, region, service, end].reduce<string | Buffer>(hmac, `AWS4${SECRET}`)
  return hmac(key, text).toString('hex')
}
