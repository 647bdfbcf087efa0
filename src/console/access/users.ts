import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import {
  HASH_BYTES,
  type KnownUser,
  type Role,
  SALT_BYTES,
  USER_NAME,
} from '../../config/console-users.ts'
import { InventoryEventsError } from '../../util/errors.ts'
import type { User } from './roles.ts'

const TOKEN_BYTES = 24
/** What is longer is nobody's. */
const SECRET_MAX = 400
/** 16 MB and about 50 ms each. */
const COST = { N: 16_384, r: 8, p: 1 }

const hashOf = promisify<string, Buffer, number, typeof COST, Buffer>(scrypt)

/** A new token, which begins with the name, and the line of its user. */
export async function createUser(
  name: string,
  role: Role,
): Promise<{ token: string; line: string }> {
  if (!USER_NAME.test(name)) {
    throw new InventoryEventsError('USAGE', 'expected a name of letters, digits and . _ @ + -')
  }
  const secret = randomBytes(TOKEN_BYTES).toString('base64url')
  const salt = randomBytes(SALT_BYTES)
  const hash = await hashOf(secret, salt, HASH_BYTES, COST)
  const line = [name, role, salt.toString('base64url'), hash.toString('base64url')].join(':')
  return { token: `${name}:${secret}`, line }
}

/** The user whose token it is. An unknown name takes as long as a known one. */
export async function userWithToken(
  users: ReadonlyMap<string, KnownUser>,
  token: string,
): Promise<User | undefined> {
  const end = token.indexOf(':')
  const [name, secret] = [token.slice(0, Math.max(0, end)), token.slice(end + 1, SECRET_MAX)]
  const known = users.get(name)
  const { salt, hash } = known?.token ?? NOBODY
  const given = await hashOf(secret, salt, HASH_BYTES, COST)
  if (!timingSafeEqual(given, hash) || known?.token === undefined) return undefined
  return { name: known.name, role: known.role }
}

const NOBODY = { salt: Buffer.alloc(SALT_BYTES), hash: Buffer.alloc(HASH_BYTES) }
