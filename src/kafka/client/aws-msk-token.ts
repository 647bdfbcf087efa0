import type { Config } from '../../config/settings.ts'
import { InventoryEventsError, messageOf } from '../../util/errors.ts'
import { withTimeout } from '../../util/with-timeout.ts'
import type { FetchedToken } from './oauth-token-request.ts'

/** The part of aws-msk-iam-sasl-signer-js that is used. */
export interface AwsSigner {
  generateAuthToken(options: { region: string }): Promise<{ token: string; expiryTime: number }>
}

const PACKAGE = 'aws-msk-iam-sasl-signer-js'
/** AWS's credentials may come from another server. */
const TIMEOUT_MS = 10_000

/**
 * Signs a token for an Amazon MSK cluster with the credentials of AWS's default chain. Rejects with
 * CONFIG_INVALID if the package for that is not installed, else with KAFKA_UNAVAILABLE, because
 * credentials are rotated and their servers restart.
 */
export async function signAwsToken(
  { KAFKA_OAUTH_AWS_REGION: region = '' }: Config,
  load: () => Promise<AwsSigner> = () => import('aws-msk-iam-sasl-signer-js'),
): Promise<FetchedToken> {
  const { generateAuthToken } = await load().catch((error) => {
    throw isMissing(error) ? notInstalled() : error
  })
  try {
    const signing = generateAuthToken({ region })
    const { token, expiryTime } = await withTimeout(signing, TIMEOUT_MS, late)
    return { value: token, lifeMs: Math.max(0, expiryTime - Date.now()) }
  } catch (error) {
    const message = `KAFKA_OAUTH_AWS_REGION: no token for ${region}: ${messageOf(error)}`
    throw new InventoryEventsError('KAFKA_UNAVAILABLE', message, { retryable: true, cause: error })
  }
}

function isMissing(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string }
  return code === 'ERR_MODULE_NOT_FOUND' && `${message}`.includes(PACKAGE)
}

function notInstalled(): InventoryEventsError {
  const message = `KAFKA_OAUTH_AWS_REGION: needs the package ${PACKAGE}, which is not installed: see docs/clusters.md`
  return new InventoryEventsError('CONFIG_INVALID', message)
}

function late(): Error {
  return new Error(`no AWS credentials within ${TIMEOUT_MS / 1_000} s`)
}
