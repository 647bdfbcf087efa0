import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { dashboards } from '../../scripts/dashboard.ts'
import { createMetrics } from '../../src/observe/metrics.ts'
import {
  DETAILS,
  dashboard,
  dashboardExpressions,
  OVERVIEW,
  panels,
  rules,
} from '../support/observed.ts'
import { filesUnder, textOf } from '../support/repo-files.ts'

/** Metrics that neither rules nor dashboard use, and why. */
const UNUSED: Record<string, string> = {}

/** Labels added by Prometheus, histograms and our rules. */
const LABELS_OF_OTHERS = ['namespace', 'job', 'instance', 'le', 'bound', 'alertname', 'alertstate']

/** Words of PromQL that are neither a metric nor a label. */
const WORDS =
  /^(sum|max|changes|min|count|group|topk|by|on|and|or|unless|vector|rate|increase|deriv|clamp|clamp_min|clamp_max|ceil|group_left|absent|time|label_replace|predict_linear|histogram_quantile|(max|min|last)_over_time|\d\w*|e|up)$/

const declared = new Map(
  (createMetrics({ version: '' }).register.getMetricsAsArray() as unknown as Declared[]).flatMap(
    ({ name, labelNames = [], type }) =>
      namesOf(name, type).map((each) => [each, { name, labels: labelNames }] as const),
  ),
)
const all = rules()
const alerts = all.filter(({ alert }) => alert !== undefined)
const recorded = all.flatMap(({ record }) => record ?? [])
const expressions = [
  ...dashboardExpressions(),
  ...all.map(({ alert, record, expr }) => ({ place: `${alert ?? record}`, expr })),
]

describe('rules and dashboard', () => {
  it('use only declared metrics', () => {
    const unknown = expressions.flatMap(({ place, expr }) =>
      metricsIn(expr)
        .filter((name) => !declared.has(name) && !recorded.includes(name))
        .map((name) => `${place}: ${name}`),
    )
    expect(unknown).toEqual([])
    expect(expressions.length).toBeGreaterThan(80)
  })

  it('use only labels that a metric of the expression has', () => {
    const unknown = expressions.flatMap(({ place, expr }) =>
      labelsIn(expr)
        .filter((label) => !labelsOf(expr).includes(label))
        .map((label) => `${place}: ${label}`),
    )
    expect(unknown).toEqual([])
  })

  it('use every declared metric, unless there is a reason', () => {
    const used = new Set(expressions.flatMap(({ expr }) => metricsIn(expr)))
    const ours = [...declared].filter(([, { name }]) => name.startsWith('inventory_events_'))
    const shown = new Set(ours.filter(([each]) => used.has(each)).map(([, { name }]) => name))
    const unused = new Set(ours.map(([, { name }]) => name).filter((name) => !shown.has(name)))
    expect([...unused].sort()).toEqual(Object.keys(UNUSED).sort())
  })
})

/** What fits on a screen of 1080 lines below Grafana's own bars, in its units of height. */
const SCREEN = 18

describe('the overview', () => {
  const { panels: shown, links } = dashboard(OVERVIEW)

  it('fits on one screen, without rows', () => {
    expect(Math.max(...shown.map(({ gridPos: { y, h } }) => y + h))).toBeLessThanOrEqual(SCREEN)
    expect(shown.filter(({ type }) => type === 'row')).toEqual([])
  })

  it('leads to the details, with what is selected', () => {
    expect(links).toContainEqual(
      expect.objectContaining({ url: `/d/${dashboard(DETAILS).uid}`, includeVars: true }),
    )
  })

  it('leads from each alert that fires to its section of the runbook', () => {
    const table = JSON.stringify(shown.find(({ type }) => type === 'table'))
    const missing = alerts.filter(({ alert }) => {
      return !table.includes(`"${alert}":{"text":"${alert!.toLowerCase()}"`)
    })
    expect(missing).toEqual([])
  })
})

describe('the details', () => {
  it('are rows that are collapsed, each with panels', () => {
    const rows = dashboard(DETAILS).panels.filter(({ type }) => type !== 'text')
    expect(rows.length).toBeGreaterThan(8)
    for (const { type, title, collapsed, panels = [] } of rows) {
      expect({ title, type, collapsed }).toEqual({ title, type: 'row', collapsed: true })
      expect(panels.length, title).toBeGreaterThan(0)
    }
  })

  it('lead back to the overview', () => {
    expect(dashboard(DETAILS).links.map(({ url }) => url)).toContain(
      `/d/${dashboard(OVERVIEW).uid}`,
    )
  })

  it('have a panel for each that the runbook names', () => {
    const titles = panels().map(({ title }) => title)
    const named = [...textOf('docs/runbook.md').matchAll(/\*\*See\*\*: ([\s\S]*?)\n\n/g)]
      .flatMap(([, text]) => [...text!.matchAll(/(?<![*\w])\*([A-Z][^*]+)\*(?!\*)/g)])
      .map(([, name]) => name!.replaceAll('\n', ' '))
    expect(named.length).toBeGreaterThan(30)
    expect([...new Set(named)].filter((name) => !titles.includes(name))).toEqual([])
  })
})

describe('the dashboards', () => {
  it.each([OVERVIEW, DETAILS])('%s is up to date ("npm run dashboard")', (name) => {
    expect(dashboard(name)).toEqual(JSON.parse(JSON.stringify(dashboards()[name])))
  })

  it('has a description and a unit for each panel', () => {
    expect(panels().length).toBeGreaterThan(40)
    for (const { title, description, fieldConfig, targets } of panels()) {
      expect(description, title).toMatch(/^[A-Z0-9].*\.$/s)
      expect(fieldConfig?.defaults.unit, title).toMatch(/^\w+$/)
      expect(targets?.length, title).toBeGreaterThan(0)
    }
  })

  it('has no fixed range for rates', () => {
    const fixed = dashboardExpressions().filter(({ expr }) => /rate\([^[]*\[\d/.test(expr))
    expect(fixed).toEqual([])
  })

  it('has variables for the data source and the scraped labels', () => {
    const { list } = dashboard(OVERVIEW).templating
    expect(dashboard(DETAILS).templating.list).toEqual(list)
    expect(list.map(({ name }) => name)).toEqual([
      'datasource',
      'namespace',
      'job',
      'topic',
      'plugin',
      'runbook',
    ])
    for (const { name, type, query } of list.filter(({ type }) => type === 'query')) {
      expect({ name, type, query }).toMatchObject({
        query: { query: expect.stringMatching(/^label_values\(inventory_events_/) },
      })
    }
    for (const name of [OVERVIEW, DETAILS]) {
      expect(textOf(`helm/dashboards/${name}`)).not.toMatch(/"uid": "(?!\$|inv)/)
    }
  })

  it('links to existing alerts', () => {
    const anchors = alerts.map(({ alert }) => alert?.toLowerCase())
    const links = panels().flatMap(({ links = [] }) => links.map(({ url }) => url.split('#')[1]))
    expect(links.length).toBeGreaterThan(10)
    expect(links.filter((anchor) => !anchors.includes(anchor))).toEqual([])
    expect(anchors.filter((anchor) => !links.includes(anchor))).toEqual([
      'inventoryeventsallabsent',
    ])
  })
})

describe('each alert', () => {
  const tests = filesUnder('helm/rules/tests').flatMap((path) => {
    const { tests } = parse(textOf(path)) as { tests: PromtoolTest[] }
    return tests.flatMap(({ alert_rule_test = [] }) => alert_rule_test)
  })
  const headings = [...textOf('docs/runbook.md').matchAll(/^## (\w+)$/gm)].map(([, name]) => name)

  it('has a section in the runbook, and each section has an alert', () => {
    expect(headings).toEqual(alerts.map(({ alert }) => alert))
  })

  it.each(alerts)(
    '$alert has a summary, a description and a runbook link',
    ({ alert, ...rule }) => {
      expect(rule.labels?.severity).toMatch(/^(warning|critical)$/)
      expect(rule.annotations).toEqual({
        summary: expect.stringMatching(/\.$/),
        description: expect.stringMatching(/\.$/),
        runbook_url: `docs/runbook.md#${alert!.toLowerCase()}`,
      })
    },
  )

  it.each(alerts)('$alert has a test of an outage of six hours, at whose end it fires', (rule) => {
    const late = tests.filter(({ eval_time }) => Number(/^(\d+)m$/.exec(eval_time)?.[1]) >= 360)
    const of = late.filter(({ alertname }) => alertname === rule.alert)
    expect(of.filter(({ exp_alerts }) => exp_alerts.length > 0).length).toBeGreaterThan(0)
  })

  it.each(alerts)('$alert has a test that fires and one that does not', (rule) => {
    const of = tests.filter(({ alertname }) => alertname === rule.alert)
    expect(of.filter(({ exp_alerts }) => exp_alerts.length > 0).length).toBeGreaterThan(0)
    expect(of.filter(({ exp_alerts }) => exp_alerts.length === 0).length).toBeGreaterThan(0)
  })
})

it.each(recorded)('%s is read by a rule or a panel', (record) => {
  expect(expressions.filter(({ expr }) => metricsIn(expr).includes(record))).not.toEqual([])
})

interface Declared {
  name: string
  labelNames?: string[]
  type: string
}

interface PromtoolTest {
  alert_rule_test?: { eval_time: string; alertname: string; exp_alerts: unknown[] }[]
}

function namesOf(name: string, type: string): string[] {
  return type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name]
}

/** Removes strings, label matchers and label lists from an expression. */
function metricsIn(expr: string): string[] {
  const bare = expr
    .replace(/"[^"]*"|\bALERTS(_FOR_STATE)?\b/g, '')
    .replace(/\{[^}]*\}|\[[^\]]*\]|\boffset \w+/g, ' ')
    .replace(/\b(by|on|ignoring) \([^)]*\)/g, ' ')
  return [...new Set(bare.match(/[a-z_][\w:]*/g) ?? [])].filter((word) => !WORDS.test(word))
}

function labelsIn(expr: string): string[] {
  const matched = [...expr.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"/g)].map(([, label]) => label!)
  const listed = [...expr.matchAll(/\b(?:by|on|ignoring) \(([^)]*)\)/g)].flatMap(([, list]) =>
    list!.split(',').map((label) => label.trim()),
  )
  return [...new Set([...matched, ...listed])].filter((label) => label !== '')
}

/** The labels of the metrics of an expression; those of a recorded series are those of its rule. */
function labelsOf(expr: string): string[] {
  const own = metricsIn(expr).flatMap((name) => {
    const rule = all.find(({ record }) => record === name)
    return rule ? labelsOf(rule.expr) : (declared.get(name)?.labels ?? [])
  })
  return [...own, ...LABELS_OF_OTHERS, ...(expr.includes('nodejs_gc') ? ['kind'] : [])]
}
