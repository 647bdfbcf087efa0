import { looksOf, optionsOf, transformationsOf } from './looks.ts'
import { PROMETHEUS } from './variables.ts'

export interface Panel {
  title: string
  description: string
  /** A Grafana unit: `s`, `bytes`, `short`, `ops`, `percentunit`. */
  unit: string
  /** PromQL and the legend of its series. */
  queries: readonly (readonly [expr: string, legend: string])[]
  /** The alerts on the same metric, without their prefix; their runbook entries are linked. */
  alerts?: readonly string[]
  kind?: 'timeseries' | 'stat' | 'state-timeline' | 'table'
  /** The values from which a stat is yellow or red. */
  thresholds?: { warning?: number; critical?: number }
  /** What the values of a state timeline mean. */
  states?: readonly (readonly [text: string, color: string])[]
  /** The columns of a table, from left to right. */
  columns?: readonly Column[]
  stacked?: true
  /** In columns, of 24. */
  width?: number
  height?: number
}

export interface Column {
  label: string
  title: string
  width?: number
  unit?: string
  link?: { title: string; url: string }
  /** Texts to show instead of values. */
  texts?: Readonly<Record<string, string>>
}

export interface Row {
  /** Without a title, the panels are in no row. */
  title?: string
  panels: readonly Panel[]
  text?: string
}

export const ALERT_PREFIX = 'InventoryEvents'
const COLUMNS = 24
const HEIGHTS = { timeseries: 8, stat: 3, 'state-timeline': 8, table: 7, row: 1, text: 4 }

interface Place {
  x: number
  y: number
  /** The height of the tallest panel in the line. */
  lineHeight: number
}

/** Lays out rows from top to bottom and their panels from left to right. Rows with a title are collapsed. */
export function layOut(rows: readonly Row[]): object[] {
  const place: Place = { x: 0, y: 0, lineHeight: 0 }
  let id = 0
  return rows.flatMap((row): object[] => {
    const head = row.title === undefined ? [] : [rowPanel(++id, row.title, place)]
    const inside = { ...place }
    const texts = row.text === undefined ? [] : [textPanel(++id, row.text, inside)]
    const panels = [...texts, ...row.panels.map((panel) => graph(++id, panel, inside))]
    if (head.length > 0) {
      nextLine(place)
      return head.map((each) => ({ ...each, collapsed: true, panels }))
    }
    nextLine(inside)
    Object.assign(place, inside)
    return panels
  })
}

function rowPanel(id: number, title: string, place: Place) {
  return { id, type: 'row', title, gridPos: put(place, COLUMNS, HEIGHTS.row) }
}

function textPanel(id: number, content: string, place: Place) {
  const options = { mode: 'markdown', content }
  return { id, type: 'text', title: '', options, gridPos: put(place, COLUMNS, HEIGHTS.text) }
}

function graph(id: number, panel: Panel, place: Place) {
  const { title, description, kind = 'timeseries', width = 8, height = HEIGHTS[kind] } = panel
  const isInstant = kind === 'stat' || kind === 'table'
  return {
    id,
    type: kind,
    title,
    description,
    datasource: PROMETHEUS,
    gridPos: put(place, width, height),
    links: (panel.alerts ?? []).map(runbookLink),
    fieldConfig: looksOf(panel),
    options: optionsOf(panel),
    transformations: transformationsOf(panel),
    targets: panel.queries.map(([expr, legendFormat], i) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + i),
      datasource: PROMETHEUS,
      expr,
      legendFormat,
      instant: isInstant,
      range: !isInstant,
      ...(kind === 'table' && { format: 'table' }),
    })),
  }
}

function runbookLink(alert: string) {
  const name = `${ALERT_PREFIX}${alert}`
  const url = `$runbook#${name.toLowerCase()}`
  return { title: `What to do: ${name}`, url, targetBlank: true }
}

/** Returns the next free position of width `w`, and advances past it. */
function put(place: Place, w: number, h: number) {
  if (place.x + w > COLUMNS) nextLine(place)
  const gridPos = { x: place.x, y: place.y, w, h }
  place.x += w
  place.lineHeight = Math.max(place.lineHeight, h)
  return gridPos
}

function nextLine(place: Place): void {
  place.x = 0
  place.y += place.lineHeight
  place.lineHeight = 0
}
