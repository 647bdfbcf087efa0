import { parse } from 'yaml'
import { textOf } from './repo-files.ts'

export interface Rule {
  alert?: string
  record?: string
  expr: string
  for?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
}

export interface Panel {
  type: string
  title: string
  description?: string
  fieldConfig?: { defaults: { unit?: string } }
  links?: { url: string }[]
  targets?: { expr: string; legendFormat: string }[]
  panels?: Panel[]
  collapsed?: boolean
  gridPos: { y: number; h: number }
}

export const RULE_FILES = [
  'helm/rules/recording.yaml',
  'helm/rules/alerts.yaml',
  'helm/rules/absence.yaml',
]
export const OVERVIEW = 'inventory-events.json'
export const DETAILS = 'inventory-events-details.json'
const DASHBOARDS = [OVERVIEW, DETAILS]

export function rules(): Rule[] {
  return RULE_FILES.flatMap((path) => {
    const { groups } = parse(textOf(path)) as { groups: { rules: Rule[] }[] }
    return groups.flatMap(({ rules }) => rules)
  })
}

interface Dashboard {
  uid: string
  panels: Panel[]
  links: { url: string; includeVars?: boolean }[]
  templating: { list: { name: string; type: string; query: string | { query: string } }[] }
  annotations: { list: { name: string; expr: string }[] }
}

export function dashboard(name: string): Dashboard {
  return JSON.parse(textOf(`helm/dashboards/${name}`)) as Dashboard
}

/** Panels that show data, those of collapsed rows included. */
export function panels(names = DASHBOARDS): Panel[] {
  const all = names
    .flatMap((name) => dashboard(name).panels)
    .flatMap((panel) => [panel, ...(panel.panels ?? [])])
  return all.filter(({ type }) => type !== 'row' && type !== 'text')
}

/** Every expression of the dashboards, by its place. */
export function dashboardExpressions(): { place: string; expr: string }[] {
  return [
    ...panels().flatMap(({ title, targets = [] }) =>
      targets.map(({ expr }) => ({ place: `panel ${title}`, expr })),
    ),
    ...dashboard(OVERVIEW).annotations.list.map(({ name, expr }) => ({
      place: `annotation ${name}`,
      expr,
    })),
  ]
}
