// Writes the tables of the README that say what the code says: commands, settings, metrics. A test
// fails while they differ.
import { readFileSync, writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { createProgram } from '../src/cli/program.ts'
import { settings } from '../src/config/settings.ts'
import type { Setting } from '../src/config/value-types.ts'
import { createMetrics } from '../src/observe/metrics.ts'

const README = new URL('../README.md', import.meta.url)

if (process.argv[1] === import.meta.filename) {
  writeFileSync(README, withTables(readFileSync(README, 'utf8')))
}

/** The README with each table as it must be, between `<!-- name -->` and `<!-- /name -->`. */
export function withTables(readme: string): string {
  const tables = { commands: commands(), settings: settingsTable(), metrics: metrics() }
  return Object.entries(tables).reduce((text, [name, lines]) => put(text, name, lines), readme)
}

function put(readme: string, name: string, lines: string[]): string {
  const between = new RegExp(`<!-- ${name} -->.*<!-- /${name} -->`, 's')
  if (!between.test(readme)) throw new Error(`README.md: expected <!-- ${name} --> and its end`)
  return readme.replace(between, () => `<!-- ${name} -->\n${lines.join('\n')}\n<!-- /${name} -->`)
}

function commands(): string[] {
  const rows = createProgram().commands.flatMap((command) => leaves(command, []))
  return table(['command', 'does'], rows)
}

function leaves(command: Command, above: string[]): string[][] {
  const path = [...above, command.name()]
  if (command.commands.length > 0) return command.commands.flatMap((each) => leaves(each, path))
  const usage = command.usage().replace('[options]', '').trim()
  return [[`\`${[...path, usage].join(' ').trim()}\``, `${command.description()}.`]]
}

function settingsTable(): string[] {
  const rows = Object.entries<Setting>(settings).map(([name, setting]) => [
    setting.file ? `\`${name}\`, \`${name}_FILE\`` : `\`${name}\``,
    setting.default === undefined ? '' : `\`${setting.default}\``,
    setting.type.expects,
    setting.help,
  ])
  return table(['setting', 'default', 'expected', 'what it is'], rows)
}

function metrics(): string[] {
  const declared = createMetrics({ version: '' }).register.getMetricsAsArray()
  const rows = (declared as unknown as Declared[])
    .filter(({ name }) => name.startsWith('inventory_events_'))
    .map(({ name, labelNames = [], help }) => [`\`${name}\``, labelNames.join(', '), help])
  return table(['metric', 'labels', 'what it is'], rows)
}

interface Declared {
  name: string
  help: string
  labelNames?: string[]
}

function table(head: string[], rows: string[][]): string[] {
  const lines = [head, head.map(() => '---'), ...rows]
  return lines.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
}
