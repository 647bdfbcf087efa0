// Generates what the chart repeats: the settings in values.yaml and values.schema.json, the schema of values
// that several workloads have, and the defaults as templates read them. A test fails if any differs.
import { readFileSync, writeFileSync } from 'node:fs'
import { parse } from 'yaml'
import { settings } from '../src/config/settings.ts'
import type { Setting } from '../src/config/value-types.ts'
import { alertRules, thresholdOf } from './alert-rules.ts'

const VALUES = new URL('../helm/values.yaml', import.meta.url)
const SCHEMA = new URL('../helm/values.schema.json', import.meta.url)
const DEFAULTS = new URL('../helm/defaults.json', import.meta.url)
const COLUMNS = 100
const MARKS = /( *)# <settings>\n.*# <\/settings>\n/s

/** Settings that the chart sets by other means than "config" or "secrets". */
export const ELSEWHERE = { PLUGINS: 'worker.plugins' }
/** Settings that values.yaml lists with a value, outside the generated comments. */
const SHOWN = ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL', 'EVENTS_ENABLED']

const table = Object.entries<Setting>(settings).filter(([name]) => !(name in ELSEWHERE))

if (process.argv[1] === import.meta.filename) {
  const values = withSettings(readFileSync(VALUES, 'utf8'))
  const schema = withSharedValues(withDefinitions(JSON.parse(readFileSync(SCHEMA, 'utf8'))))
  writeFileSync(VALUES, values)
  writeFileSync(SCHEMA, `${JSON.stringify(schema, null, 2)}\n`)
  writeFileSync(DEFAULTS, `${JSON.stringify(defaultsIn(values), null, 2)}\n`)
}

/** The values of values.yaml, without those that are the user's own as a whole. */
export function defaultsIn(values: string): object {
  const { config: _, secrets: __, workers: ___, ...defaults } = parse(values)
  return defaults
}

/** values.yaml with a comment for each setting that it does not list. */
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

/** values.schema.json with the settings allowed in "config" and "secrets". */
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

interface ValuesSchema {
  $defs: object
  properties: Record<
    'pod' | 'worker' | 'gateway' | 'console' | 'setup' | 'workers' | 'prometheusRule',
    { properties?: object }
  >
}

/**
 * values.schema.json where workloads may have the values of "pod", entries of "workers" those of "worker",
 * and "prometheusRule.alerts" the alerts of the rules.
 */
export function withSharedValues<T extends ValuesSchema>(schema: T): T {
  const { pod, worker, gateway, console, setup, workers } = schema.properties
  const of = (name: string, keys: object = {}) =>
    Object.keys(keys).map((key) => [key, { $ref: `#/properties/${name}/properties/${key}` }])
  const inPod = Object.fromEntries(of('pod', pod.properties))
  const withPod = <Part extends { properties?: object }>(part: Part): Part => {
    return { ...part, properties: { ...part.properties, ...inPod } }
  }
  const every = withPod(worker)
  const own = ['config', 'secrets'].map((name) => [name, { $ref: `#/$defs/${name}` }])
  const properties = Object.fromEntries([...own, ...of('worker', every.properties)])
  const entry = { type: 'object', additionalProperties: false, properties }
  return {
    ...schema,
    properties: {
      ...schema.properties,
      worker: every,
      gateway: withPod(gateway),
      console: withPod(console),
      setup: withPod(setup),
      workers: { ...workers, additionalProperties: entry },
      prometheusRule: withAlerts(schema.properties.prometheusRule),
    },
  }
}

/** Each alert may be changed by its name; those that compare with a number have a threshold. */
function withAlerts<Part extends { properties?: object }>(prometheusRule: Part): Part {
  const properties = Object.fromEntries(
    alertRules().map((rule) => {
      const kind = thresholdOf(rule) === undefined ? 'alert' : 'alertWithThreshold'
      return [rule.alert, { $ref: `#/$defs/${kind}` }]
    }),
  )
  const alerts = { type: 'object', additionalProperties: false, properties }
  return { ...prometheusRule, properties: { ...prometheusRule.properties, alerts } }
}

/** The JSON schema of a setting in "config"; undefined if it is only allowed in "secrets". */
function definitionInConfig(name: string): object | undefined {
  const { type, secret, help } = (settings as Record<string, Setting>)[name]!
  // The Postgres URL contains a password; the other values do not.
  if (name === 'IDEMPOTENCY_STORE') return { enum: ['kafka:', 'memory:'], description: help }
  // Probes, scrapes, senders and browsers use the port, so it can't be 0.
  if (name === 'HTTP_PORT' || name === 'GATEWAY_PORT' || name === 'CONSOLE_PORT')
    return { type: 'integer', minimum: 1, maximum: 65_535, description: help }
  if (secret) return undefined
  return { ...shapeOf(type.expects), description: help }
}

/** Converts the description of expected values to a JSON schema. An empty string counts as unset. */
function shapeOf(expects: string): object {
  if (/^true\b.* or false\b/.test(expects)) return { type: 'boolean' }
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
