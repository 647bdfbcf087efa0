// Writes what the chart says of settings: the comments in values.yaml, and which may be in "config"
// and "secrets" of values.schema.json. A test fails while they differ from the table of settings.
import { readFileSync, writeFileSync } from 'node:fs'
import { settings } from '../src/config/settings.ts'
import type { Setting } from '../src/config/value-types.ts'

const VALUES = new URL('../helm/values.yaml', import.meta.url)
const SCHEMA = new URL('../helm/values.schema.json', import.meta.url)
const COLUMNS = 100
const MARKS = /( *)# <settings>\n.*# <\/settings>\n/s

/** Settings that a worker is given in another way than by "config" or "secrets". */
export const ELSEWHERE = { PLUGINS: 'worker.plugins' }
/** Settings that "config" of values.yaml shows with a value, and their comments are there. */
const SHOWN = ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL', 'EVENTS_ENABLED']

const table = Object.entries<Setting>(settings).filter(([name]) => !(name in ELSEWHERE))

if (process.argv[1] === import.meta.filename) {
  writeFileSync(VALUES, withSettings(readFileSync(VALUES, 'utf8')))
  const schema = withDefinitions(JSON.parse(readFileSync(SCHEMA, 'utf8')))
  writeFileSync(SCHEMA, `${JSON.stringify(schema, null, 2)}\n`)
}

/** values.yaml with a comment for each setting that it does not show. */
export function withSettings(values: string): string {
  if (!MARKS.test(values)) throw new Error('values.yaml: expected # <settings> and its end')
  return values.replace(MARKS, (_, indent: string) => {
    const lines = table
      .filter(([name]) => !SHOWN.includes(name) && definitionInConfig(name) !== undefined)
      .flatMap(([name, setting]) => [...wrapped(setting.help), `${name}: ${example(setting)}`])
    const block = ['<settings>', ...lines, '</settings>']
    return block.map((line) => `${indent}# ${line}\n`).join('')
  })
}

/** values.schema.json with the settings that may be in "config" and in "secrets". */
export function withDefinitions<T extends { $defs: object }>(schema: T): T {
  const config = table.flatMap(([name]) => {
    const definition = definitionInConfig(name)
    return definition === undefined ? [] : [[name, definition]]
  })
  const secrets = table
    .filter(([, { file }]) => file)
    .map(([name, { secret }]) => [
      name,
      { $ref: secret ? '#/$defs/secretReference' : '#/$defs/reference' },
    ])
  const strict = (properties: unknown[][]) => ({
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(properties),
  })
  return { ...schema, $defs: { ...schema.$defs, config: strict(config), secrets: strict(secrets) } }
}

/** The JSON schema of a setting that values may hold; undefined for one that is only referred to. */
function definitionInConfig(name: string): object | undefined {
  const { type, secret, help } = (settings as Record<string, Setting>)[name]!
  // Its URL of Postgres has a password in it, its other values have none.
  if (name === 'IDEMPOTENCY_STORE') return { enum: ['kafka:', 'memory:'], description: help }
  // The port is that of probes, of scrapes and of senders, so it must be known.
  if (name === 'HTTP_PORT' || name === 'GATEWAY_PORT')
    return { type: 'integer', minimum: 1, maximum: 65_535, description: help }
  if (secret) return undefined
  return { ...shapeOf(type.expects), description: help }
}

/** What is expected in words, as a JSON schema. An empty text is as good as unset. */
function shapeOf(expects: string): object {
  if (expects === 'true or false') return { type: 'boolean' }
  const [, minimum, maximum] = /^a whole number from (\d+) to (\d+)$/.exec(expects) ?? []
  if (minimum) return { type: 'integer', minimum: Number(minimum), maximum: Number(maximum) }
  const [, names] = /^one of (.+)$/.exec(expects) ?? []
  return names ? { enum: names.split(', ') } : { type: 'string' }
}

function example({ type, default: fallback }: Setting): string {
  if (fallback === undefined) return `(${type.expects})`
  return fallback.endsWith(':') ? `'${fallback}'` : fallback
}

function wrapped(text: string): string[] {
  const width = COLUMNS - '  # '.length
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < width)
      lines.push(`${lines.pop()} ${word}`)
    else lines.push(word)
  }
  return lines
}
