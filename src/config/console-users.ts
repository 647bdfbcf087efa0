/** What a user of the console may do. Each may do what those before it may. */
export const ROLES = ['viewer', 'reader', 'operator', 'admin'] as const

export type Role = (typeof ROLES)[number]

/** A user of the console, as a line `name:role:salt:hash`; without salt and hash for one of a proxy. */
export interface KnownUser {
  name: string
  role: Role
  token: { salt: Buffer; hash: Buffer } | undefined
}

export const USER_NAME = /^[\w.@+-]{1,100}$/
export const HASH_BYTES = 32
export const SALT_BYTES = 16

export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text)
}

/** The users, a line each, by name; undefined if a line is none, or a name is there twice. */
export function readUsers(text: string): ReadonlyMap<string, KnownUser> | undefined {
  const users = new Map<string, KnownUser>()
  for (const line of text.split(/[\r\n]+/).map((each) => each.trim())) {
    if (line === '' || line.startsWith('#')) continue
    const user = userOf(line)
    if (user === undefined || users.has(user.name)) return undefined
    users.set(user.name, user)
  }
  return users.size > 0 ? users : undefined
}

function userOf(line: string): KnownUser | undefined {
  const [name = '', role = '', salt, hash = '', ...rest] = line.split(':')
  if (!USER_NAME.test(name) || !isRole(role) || rest.length > 0) return undefined
  if (salt === undefined) return { name, role, token: undefined }
  const token = { salt: Buffer.from(salt, 'base64url'), hash: Buffer.from(hash, 'base64url') }
  const isWhole = token.salt.length === SALT_BYTES && token.hash.length === HASH_BYTES
  return isWhole ? { name, role, token } : undefined
}
