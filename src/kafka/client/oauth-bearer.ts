import kafkajs, { type Mechanism } from 'kafkajs'

const SEPARATOR = '\u0001'
const LENGTH_BYTES = 4

/** The broker's `status` for a refused token is quoted only if it looks like this. */
const STATUS = /^[\w .:-]{1,64}$/

/**
 * SASL OAUTHBEARER. kafkajs's own implementation mistakes a refusal for success: Kafka answers an
 * invalid token with JSON and no error code, and kafkajs then keeps using a connection that is not
 * authenticated.
 */
export function oauthBearer(token: () => Promise<string>): Mechanism {
  return {
    mechanism: 'oauthbearer',
    authenticationProvider: ({ saslAuthenticate }) => ({
      async authenticate() {
        const message = `n,,${SEPARATOR}auth=Bearer ${await token()}${SEPARATOR}${SEPARATOR}`
        await login(() => saslAuthenticate({ request: requestOf(message), response: answer }))
      },
    }),
  }
}

async function login(authenticate: () => Promise<unknown>): Promise<void> {
  const refusal = await authenticate().catch((error) => {
    throw isRefusal(error) ? refused((error as Error).message) : error
  })
  if (refusal !== undefined) throw refused(String(refusal))
}

function isRefusal(error: unknown): boolean {
  return (error as { type?: string }).type === 'SASL_AUTHENTICATION_FAILED'
}

function requestOf(message: string) {
  const bytes = Buffer.from(message)
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeInt32BE(bytes.length)
  return { encode: () => Buffer.concat([length, bytes]) }
}

/** Decodes to undefined when the token was accepted, else to the reason. */
const answer = {
  decode: (raw: Buffer) => raw.subarray(LENGTH_BYTES),
  parse: (body: Buffer): string | undefined => (body.length > 0 ? statusOf(body) : undefined),
}

function statusOf(body: Buffer): string {
  try {
    const { status } = JSON.parse(body.toString()) as { status?: unknown }
    if (typeof status === 'string' && STATUS.test(status)) return status
  } catch {
    // Not JSON: another broker implementation may use another format.
  }
  return 'the token was not accepted'
}

type Refusal = new (message: string) => Error

function refused(why: string): Error {
  const Refused = kafkajs.KafkaJSSASLAuthenticationError as unknown as Refusal
  return new Refused(`SASL OAUTHBEARER authentication failed: ${why}`)
}
