import { createPrivateKey } from 'node:crypto'
import { certificatesIn } from '../util/certificates.ts'
import { withoutTrailingSlashes } from '../util/trailing-slashes.ts'

/** One environment variable that the program reads. */
export interface Setting<T = unknown> {
  type: ValueType<T>
  /** As written in the environment. Without a default the setting may stay unset. */
  default?: string
  help: string
  /** The value is never printed. */
  secret?: true
  /** `NAME_FILE` may name a file that holds the value. */
  file?: true
}

/** How the text of a setting is parsed and printed. */
export interface ValueType<T> {
  /** What is expected, for messages: `host:port[,host:port...]`. */
  expects: string
  /** Returns the value, or undefined when the text is invalid. */
  parse(text: string): T | undefined
  /** The value as it may be printed. Without it the value is printed as it is. */
  masked?(value: T): string
}

export const text: ValueType<string> = { expects: 'text', parse: (value) => value }

export const flag: ValueType<boolean> = {
  expects: 'true or false',
  parse: (value) => (value === 'true' || value === 'false' ? value === 'true' : undefined),
}

export const eventsEnabled: ValueType<boolean> = {
  expects:
    'true (plugins get events) or false (events are skipped and committed: plugins never get them)',
  parse: flag.parse,
}

export function integer(min: number, max: number): ValueType<number> {
  return {
    expects: `a whole number from ${min} to ${max}`,
    parse(value) {
      const number = Number(value)
      return /^\d+$/.test(value) && number >= min && number <= max ? number : undefined
    },
  }
}

export function oneOf<const T extends string>(...values: T[]): ValueType<T> {
  return {
    expects: values.length === 1 ? `${values[0]}` : `one of ${values.join(', ')}`,
    parse: (value) => values.find((known) => known === value),
  }
}

export const brokers = list('host:port[,host:port...]', isHostPort)

export const topics = list(
  'topic names of letters, digits, dots, dashes and underscores, separated by commas, no duplicates',
  isTopic,
)

export const topic: ValueType<string> = {
  expects: 'a topic name of letters, digits, dots, dashes and underscores',
  parse: (value) => (isTopic(value) ? value : undefined),
}

/** For secrets that clients present to us: shorter ones can be guessed. */
const SECRET_CHARS_MIN = 16

/** In a file, secrets may be on separate lines. */
export const secrets = list(
  `secrets of at least ${SECRET_CHARS_MIN} characters, separated by commas or line breaks, no duplicates`,
  (item) => item.length >= SECRET_CHARS_MIN,
  /[,\r\n]+/,
)

export const bearerToken: ValueType<string> = {
  expects: 'printable ASCII without spaces',
  parse: (value) => (/^[\x21-\x7e]+$/.test(value) ? value : undefined),
}

/** A token that clients present to us. */
export const accessToken: ValueType<string> = {
  expects: `at least ${SECRET_CHARS_MIN} characters of printable ASCII without spaces`,
  parse: (value) => (value.length >= SECRET_CHARS_MIN ? bearerToken.parse(value) : undefined),
}

export const pluginSpecifiers = list('paths or package names, separated by commas', () => true)

export const pluginFilters: ValueType<Readonly<Record<string, unknown>>> = {
  expects: 'a JSON object that maps slugs to filters',
  parse(value) {
    const filters = jsonObject(value)
    return filters && Object.freeze(filters)
  },
  masked: (filters) => JSON.stringify(filters),
}

export const awsRegion: ValueType<string> = {
  expects: 'an AWS region, such as eu-central-1',
  parse: (value) => (/^[a-z]+(?:-[a-z]+)+-\d{1,2}$/.test(value) ? value : undefined),
}

type SettingsBySlug = Readonly<Record<string, Readonly<Record<string, unknown>>>>

export const pluginSettings: ValueType<SettingsBySlug> = {
  expects: 'a JSON object that maps slugs to objects of settings',
  parse(value) {
    const bySlug = jsonObject(value)
    const isGood = bySlug !== undefined && Object.values(bySlug).every(isPlainObject)
    return isGood ? Object.freeze(bySlug as SettingsBySlug) : undefined
  },
  // Which of them are secret is known to the plugins alone.
  masked: (bySlug) => JSON.stringify(bySlug, (_, value) => (isPlainObject(value) ? value : '***')),
}

function jsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isPlainObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export const httpUrl: ValueType<string> = {
  expects: 'http(s)://host[:port][/path] without a user, a query or a fragment',
  parse(value) {
    if (!/^https?:\/\//.test(value) || !URL.canParse(value)) return undefined
    const url = new URL(value)
    const bare = url.username === '' && url.password === '' && url.search === '' && url.hash === ''
    return bare ? withoutTrailingSlashes(value) : undefined
  },
}

export type PostgresUrl = `postgres://${string}`
export type StoreName = 'kafka:' | 'memory:' | PostgresUrl

/** The idempotency store that a value of IDEMPOTENCY_STORE selects. */
export type StoreChoice =
  | { kind: 'kafka' }
  | { kind: 'memory' }
  | { kind: 'postgres'; url: PostgresUrl }

/** The only place that distinguishes stores: a new StoreName does not compile until it has a kind. */
export function storeChoice(name: StoreName): StoreChoice {
  if (name === 'kafka:') return { kind: 'kafka' }
  if (name === 'memory:') return { kind: 'memory' }
  return { kind: 'postgres', url: name }
}

export const idempotencyStore: ValueType<StoreName> = {
  expects: 'kafka:, memory: or postgres://user:password@host[:port]/database',
  parse(value) {
    if (value === 'kafka:' || value === 'memory:') return value
    const [, rest] = /^postgres(?:ql)?:\/\/(.+)$/.exec(value) ?? []
    const isUrl = rest !== undefined && URL.canParse(value) && new URL(value).hostname !== ''
    return isUrl ? `postgres://${rest}` : undefined
  },
  masked(value) {
    if (!value.startsWith('postgres:')) return value
    const url = new URL(value)
    if (url.password !== '') url.password = '***'
    // Query parameters may hold a password too.
    if (url.search !== '') url.search = '***'
    return url.href
  },
}

export const certificates: ValueType<string> = {
  expects: 'certificates in PEM, which begin with -----BEGIN CERTIFICATE',
  parse(value) {
    try {
      return certificatesIn(value).length > 0 ? value : undefined
    } catch {
      return undefined
    }
  },
}

export const privateKey: ValueType<string> = {
  expects: 'a private key in PEM, without a passphrase',
  parse(value) {
    try {
      createPrivateKey(value)
      return value
    } catch {
      return undefined
    }
  },
}

function list(
  expects: string,
  isItem: (item: string) => boolean,
  separator: string | RegExp = ',',
): ValueType<readonly string[]> {
  return {
    expects,
    parse(value) {
      const items = value.split(separator).map((item) => item.trim())
      const isDistinct = new Set(items).size === items.length
      const isGood = isDistinct && items.every((item) => item !== '' && isItem(item))
      return isGood ? Object.freeze(items) : undefined
    },
  }
}

function isTopic(item: string): boolean {
  return /^[\w.-]{1,249}$/.test(item) && item !== '.' && item !== '..'
}

function isHostPort(item: string): boolean {
  const match = /^(?:\[[\da-fA-F:.]+\]|[\w.-]+):(\d{1,5})$/.exec(item)
  const port = Number(match?.[1])
  return port >= 1 && port <= 65_535
}
