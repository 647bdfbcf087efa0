import { type Fields, fieldsOf, listIn, numberIn, numberOrNullIn, textIn } from './read-fields.ts'
import { STATUS_BYTES_MAX, STATUS_FORMAT } from './status-record.ts'

/** What a plugin is, as far as it stays the same while its replica runs. */
export interface PluginDescription {
  slug: string
  title: string
  /** The names and patterns that it lists; null if it lists none. */
  wants: string[] | null
  /** Whether code of the plugin decides by name, which only its replica can do. */
  isDecidedByCode: boolean
  /** Its filter by content as a `where` would have it; null if it has none, or if it is too long. */
  where: unknown
  isWhereTooLong: boolean
  maxAttempts: number
  timeoutMs: number
  concurrency: number
  /** The most events of a call; null if it takes them one by one. */
  batch: number | null
  /** The version of its state; null if it has none. */
  stateVersion: number | null
  settings: ShownSetting[]
}

/** A setting as people may see it. */
export interface ShownSetting {
  name: string
  /** Null where it is secret, or might be. */
  text: string | null
}

const PLUGINS_MAX = 10_000
const WANTS_MAX = 1_000
const SETTINGS_MAX = 200
/** The key of the record is that of the replica with this. */
export const DESCRIPTIONS = 'plugins'

/** Key and value. Without the plugins if it would be too large. */
export function encodeDescriptions(
  replica: string,
  plugins: readonly PluginDescription[],
): { key: string; value: Buffer } {
  const bytesOf = (some: readonly PluginDescription[]) =>
    Buffer.from(JSON.stringify({ v: STATUS_FORMAT, replica, plugins: some }))
  const all = bytesOf(plugins)
  return {
    key: `${replica}#${DESCRIPTIONS}`,
    value: all.length <= STATUS_BYTES_MAX ? all : bytesOf([]),
  }
}

/** Throws what it expected. */
export function decodeDescriptions(value: Buffer): PluginDescription[] {
  if (value.length > STATUS_BYTES_MAX) throw new Error(`expected at most ${STATUS_BYTES_MAX} bytes`)
  const fields = fieldsOf(JSON.parse(value.toString()), 'the record')
  if (fields.v !== STATUS_FORMAT) throw new Error(`v: expected format ${STATUS_FORMAT}`)
  return listIn(fields, 'plugins', PLUGINS_MAX, descriptionOf)
}

function descriptionOf(fields: Fields): PluginDescription {
  return {
    slug: textIn(fields, 'slug'),
    title: textIn(fields, 'title'),
    wants: wantsIn(fields),
    isDecidedByCode: fields.isDecidedByCode === true,
    where: fields.where ?? null,
    isWhereTooLong: fields.isWhereTooLong === true,
    maxAttempts: numberIn(fields, 'maxAttempts'),
    timeoutMs: numberIn(fields, 'timeoutMs'),
    concurrency: numberIn(fields, 'concurrency'),
    batch: numberOrNullIn(fields, 'batch'),
    stateVersion: numberOrNullIn(fields, 'stateVersion'),
    settings: listIn(fields, 'settings', SETTINGS_MAX, (each) => ({
      name: textIn(each, 'name'),
      text: each.text === null ? null : textIn(each, 'text'),
    })),
  }
}

function wantsIn({ wants }: Fields): string[] | null {
  if (!Array.isArray(wants)) return null
  return wants.slice(0, WANTS_MAX).map((each) => textIn({ each }, 'each'))
}
