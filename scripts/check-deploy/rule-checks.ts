import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { createMetrics } from '../../src/observe/metrics.ts'
import { checkAlertChanges } from './alert-changes.ts'
import type { Check } from './check.ts'
import { Failure, run } from './command.ts'
import { requireProgram } from './debian.ts'
import { manifestsIn, renderAll } from './rendered.ts'

interface RuleFile {
  groups: { rules: { record?: string; alert?: string; expr: string }[] }[]
}

export const ruleChecks: Check[] = [
  {
    name: 'rules: promtool check',
    async run({ root }) {
      await requireProgram('promtool')
      const files = await filesIn(join(root, 'helm', 'rules'), '.yaml')
      await run(['promtool', 'check', 'rules', '--lint=all', '--lint-fatal', ...files])
      return `${files.length} files`
    },
  },
  {
    name: 'rules: as the chart changes them',
    async run(scene) {
      await requireProgram('promtool')
      const texts = await Promise.all(
        (await renderAll(scene)).map(({ path }) => readFile(path, 'utf8')),
      )
      const rules = texts.flatMap(manifestsIn).filter(({ kind }) => kind === 'PrometheusRule')
      const files = rules.map((_, index) => join(scene.work, `rules-${index}.yaml`))
      for (const [index, { spec }] of rules.entries())
        await writeFile(files[index]!, stringify(spec))
      await run(['promtool', 'check', 'rules', '--lint=all', '--lint-fatal', ...files])
      return `${files.length} objects`
    },
  },
  { name: 'rules: each alert changed', run: checkAlertChanges },
  {
    name: 'rules: promtool test',
    async run({ root }) {
      await requireProgram('promtool')
      const files = await filesIn(join(root, 'helm', 'rules', 'tests'), '.yaml')
      await run(['promtool', 'test', 'rules', ...files])
      return `${files.length} files`
    },
  },
  {
    name: 'rules: known metrics',
    async run({ root }) {
      const rules = await rulesIn(root)
      refuseUnknown(rules.map(({ expr }) => expr).join('\n'), rules)
      return `${rules.length} rules`
    },
  },
  {
    name: 'dashboards: expressions',
    async run({ root, work }) {
      await requireProgram('promtool')
      const rules = await rulesIn(root)
      const expressions = await expressionsOfDashboards(root)
      refuseUnknown(expressions.join('\n'), rules)
      const file = join(work, 'expressions.yaml')
      const records = expressions.map((expr, index) => ({ record: `panel:${index}`, expr }))
      await writeFile(file, stringify({ groups: [{ name: 'panels', rules: records }] }))
      await run(['promtool', 'check', 'rules', '--lint=none', file])
      return `${expressions.length} expressions`
    },
  },
]

/** Throws a Failure for a metric that neither the code declares nor a rule records. */
function refuseUnknown(text: string, rules: { record?: string }[]): void {
  const declared = createMetrics({ version: '' }).register.getMetricsAsArray()
  const names = new Set(declared.map(({ name }) => name))
  const recorded = new Set(rules.map(({ record }) => record))
  const used = text.match(/\b[\w:]*inventory_events_[\w:]+/g) ?? []
  const unknown = used.filter(
    (name) => !recorded.has(name) && !names.has(name) && !names.has(withoutSuffix(name)),
  )
  if (unknown.length === 0) return
  throw new Failure(`unknown metric: ${[...new Set(unknown)].join(', ')}`)
}

function withoutSuffix(name: string): string {
  return name.replace(/_(bucket|sum|count)$/, '')
}

async function rulesIn(root: string): Promise<RuleFile['groups'][0]['rules']> {
  const files = await filesIn(join(root, 'helm', 'rules'), '.yaml')
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')))
  return texts.flatMap((text) => (parse(text) as RuleFile).groups.flatMap(({ rules }) => rules))
}

/** Every `expr` of every panel, with Grafana's variables replaced so that it parses. */
async function expressionsOfDashboards(root: string): Promise<string[]> {
  const files = await filesIn(join(root, 'helm', 'dashboards'), '.json')
  const found: string[] = []
  for (const file of files) {
    JSON.parse(await readFile(file, 'utf8'), (key, value) => {
      if (key === 'expr' && typeof value === 'string') found.push(value)
      return value
    })
  }
  if (found.length === 0) throw new Failure('expected a dashboard with an expression')
  return found.map((expr) =>
    expr.replaceAll(/\$__(rate_interval|interval|range)/g, '5m').replaceAll(/\$\{?\w+\}?/g, 'x'),
  )
}

async function filesIn(folder: string, extension: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(extension)).sort()
  if (names.length === 0) throw new Failure(`expected a ${extension} file in ${folder}`)
  return names.map((name) => join(folder, name))
}
