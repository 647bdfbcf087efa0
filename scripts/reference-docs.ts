// Writes docs/reference/: commands, settings, metrics and errors as the code declares them, and the chart's
// values. A test fails while a page differs.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { Argument, Command, Option } from 'commander'
import { examplesOf } from '../src/cli/examples.ts'
import { createProgram } from '../src/cli/program.ts'
import { settings } from '../src/config/settings.ts'
import type { Setting } from '../src/config/value-types.ts'
import { LOOP_DELAY_INTERVAL_MS } from '../src/observe/loop-delay.ts'
import { createMetrics } from '../src/observe/metrics.ts'
import { errorCodes } from '../src/util/errors.ts'
import { alertRules, thresholdOf } from './alert-rules.ts'
import { chartValues } from './chart-values.ts'

const VALUES = new URL('../helm/values.yaml', import.meta.url)
const DOCS = new URL('../docs/', import.meta.url)
/** Settings that are in none of these groups are the service's. */
const GROUPS = [
  { title: 'Kafka', holds: /^KAFKA_|^OUT_OF_RANGE$/ },
  { title: 'Schema registry', holds: /^SCHEMA_REGISTRY_/ },
  { title: 'Gateway', holds: /^GATEWAY_/ },
]

if (process.argv[1] === import.meta.filename) {
  mkdirSync(new URL('reference/', DOCS), { recursive: true })
  for (const [path, text] of Object.entries(await referencePages()))
    writeFileSync(new URL(path, DOCS), text)
}

/** Each generated page by its path below docs/. */
export async function referencePages(): Promise<Record<string, string>> {
  return {
    'reference/commands.md': commandsPage(),
    'reference/settings.md': settingsPage(),
    'reference/metrics.md': await metricsPage(),
    'reference/errors.md': errorsPage(),
    'reference/chart.md': chartPage(),
  }
}

function page(title: string, purpose: string, ...sections: string[][]): string {
  const made = '<!-- Generated from the code by "npm run docs": change it there. -->'
  return `${[`# ${title}`, made, purpose, ...sections.map((lines) => lines.join('\n'))].join('\n\n')}\n`
}

function commandsPage(): string {
  const commands = createProgram().commands.flatMap((command) => leaves(command, []))
  const rows = commands.map(({ path, command }) => [
    `[\`${path}\`](#${path.replaceAll(' ', '-')})`,
    command.description(),
  ])
  return page(
    'Commands',
    'Look up what a command does and which options it takes. `inventory-events <command> --help` prints the\n' +
      'same. A command exits with 0 only when everything succeeded, and prints errors on stderr.',
    table(['command', 'does'], rows),
    ...commands.flatMap(commandSections),
  )
}

interface Leaf {
  path: string
  command: Command
}

function leaves(command: Command, above: string[]): Leaf[] {
  const path = [...above, command.name()]
  if (command.commands.length > 0) return command.commands.flatMap((each) => leaves(each, path))
  return [{ path: path.join(' '), command }]
}

function commandSections({ path, command }: Leaf): string[][] {
  const usage = command.usage().replace('[options]', '').trim()
  const rows = [...command.registeredArguments, ...command.options].map((each) => [
    `\`${'flags' in each ? each.flags : argumentName(each)}\``,
    describe(each),
  ])
  return [
    [`## ${path}`],
    [`\`inventory-events ${`${path} ${usage}`.trim()}\``],
    [`${command.description()}.`],
    ...(rows.length > 0 ? [table(['option', 'meaning'], rows)] : []),
    ['```sh', ...examplesOf(command), '```'],
  ]
}

function argumentName(argument: Argument): string {
  return argument.variadic ? `${argument.name()}...` : argument.name()
}

function describe({ description, argChoices, defaultValue }: Option | Argument): string {
  const isShown = ['string', 'number'].includes(typeof defaultValue)
  const notes = [
    ...(argChoices ? [`one of ${argChoices.map((each) => `\`${each}\``).join(', ')}`] : []),
    // A default such as user@host is described for the reader rather than computed here.
    ...(isShown ? [`default \`${defaultValue}\``] : []),
  ]
  return notes.length === 0 ? description : `${description} (${notes.join('; ')})`
}

function settingsPage(): string {
  const all = Object.entries<Setting>(settings)
  const groupOf = (name: string) => GROUPS.find(({ holds }) => holds.test(name))?.title ?? 'Service'
  const titles = ['Kafka', 'Schema registry', 'Service', 'Gateway']
  return page(
    'Settings',
    'Look up an environment variable. All settings are checked at start, and every mistake is reported at once.\n' +
      'Where `NAME_FILE` is listed, it may name a file that holds the value. `inventory-events config` prints the\n' +
      'value of each setting and where it came from. TLS, logins and ACLs: [a secured cluster](../security.md).',
    ...titles.flatMap((title) => [
      [`## ${title}`],
      table(
        ['setting', 'default', 'expected', 'what it is'],
        all.filter(([name]) => groupOf(name) === title).map(settingRow),
      ),
    ]),
  )
}

function settingRow([name, setting]: [string, Setting]): string[] {
  return [
    setting.file ? `\`${name}\`, \`${name}_FILE\`` : `\`${name}\``,
    setting.default === undefined ? '' : `\`${setting.default}\``,
    setting.type.expects,
    setting.help,
  ]
}

async function metricsPage(): Promise<string> {
  const { register } = createMetrics({ version: '' })
  const types = new Map((await register.getMetricsAsJSON()).map(({ name, type }) => [name, type]))
  const declared = register.getMetricsAsArray() as unknown as Declared[]
  const rows = declared
    .filter(({ name }) => name.startsWith('inventory_events_'))
    .map(({ name, labelNames = [], help }) => [
      `\`${name}\``,
      `${types.get(name)}`,
      labelNames.join(', '),
      help,
    ])
  return page(
    'Metrics',
    "Look up a metric of `/metrics`; Node's own are served beside them, of which those of the event loop's lag include\n" +
      `the ${LOOP_DELAY_INTERVAL_MS} ms from one measurement to the next. No label holds an event id, a key or an\n` +
      'entity. Alerts on these metrics: [runbook](../runbook.md).',
    table(['metric', 'type', 'labels', 'what it is'], rows),
  )
}

interface Declared {
  name: string
  help: string
  labelNames?: string[]
}

function errorsPage(): string {
  const rows = Object.entries(errorCodes).map(([code, raised]) => [`\`${code}\``, raised])
  return page(
    'Errors',
    'Look up the `code` of an `InventoryEventsError`: log lines have it as `err.code`. `retryable` is true where the\n' +
      'same call may succeed later without any change.',
    table(['code', 'meaning'], rows),
  )
}

function chartPage(): string {
  const values = chartValues(readFileSync(VALUES, 'utf8'))
  const blocks = values.filter(({ path, fallback }) => !path.includes('.') && !fallback)
  const isIn = (path: string, block: string) => path.startsWith(`${block}.`)
  const others = values.filter(({ path, fallback }) => !path.includes('.') && fallback)
  const rows = (of: typeof values) =>
    of
      .filter(({ fallback }) => fallback !== undefined)
      .map(({ path, fallback, help }) => {
        const setting = (settings as Record<string, Setting>)[path.replace('config.', '')]
        return [`\`${path}\``, `\`${fallback}\``, help || (setting?.help ?? '')]
      })
  const head = ['value', 'default', 'what it is']
  return page(
    'Values of the chart',
    'Look up a value of the Helm chart. What is in `config` and `secrets`: [settings](settings.md). What `pod` has, `worker`,\n' +
      '`gateway`, `console` and `setup` may have, too; what `worker` has, each entry of `workers` may have. How they are used:\n' +
      '[the chart](../../helm/README.md).',
    ['## General'],
    table(head, rows(others)),
    ...blocks.flatMap(({ path, help }) => [
      [`## ${path}`],
      ...(help === '' ? [] : [[help]]),
      table(head, rows(values.filter((each) => isIn(each.path, path)))),
    ]),
    ['## Alerts'],
    ['What `prometheusRule.alerts` can change, by name. [What to do](../runbook.md) about each.'],
    table(
      ['alert', 'threshold', 'for', 'severity'],
      alertRules().map((rule) => [
        `\`${rule.alert}\``,
        `${thresholdOf(rule) ?? ''}`,
        rule.for ?? '',
        rule.labels.severity,
      ]),
    ),
  )
}

function table(head: string[], rows: string[][]): string[] {
  const lines = [head, head.map(() => '---'), ...rows]
  return lines.map((cells) => `| ${cells.map(escaped).join(' | ')} |`)
}

/** As Markdown shows it: outside of code, `<topic>` would be taken for HTML and vanish. */
function escaped(cell: string): string {
  const parts = cell.replaceAll('|', '\\|').split('`')
  return parts.map((part, i) => (i % 2 === 0 ? part.replaceAll('<', '\\<') : part)).join('`')
}
