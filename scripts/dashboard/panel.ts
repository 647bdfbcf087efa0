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
  kind?: 'timeseries' | 'stat'
  /** The values from which a stat is yellow or red. */
  thresholds?: { warning?: number; critical?: number }
  stacked?: true
  /** In columns, of 24. */
  width?: number
}

export interface Row {
  title: string
  panels: readonly Panel[]
  text?: string
  collapsed?: true
}

const ALERT_PREFIX = 'InventoryEvents'
const COLUMNS = 24
const HEIGHTS = { timeseries: 8, stat: 4, row: 1, text: 4 }

interface Place {
  x: number
  y: number
  /** The height of the tallest panel in the line. */
  lineHeight: number
}

/** Lays out rows from top to bottom and their panels from left to right. */
export function layOut(rows: readonly Row[]): object[] {
  const place: Place = { x: 0, y: 0, lineHeight: 0 }
  let id = 0
  return rows.flatMap((row): object[] => {
    const head = rowPanel(++id, row, place)
    const texts = row.text === undefined ? [] : [textPanel(++id, row.text, place)]
    const inside = [...texts, ...row.panels.map((panel) => graph(++id, panel, place))]
    nextLine(place)
    if (row.collapsed) return [{ ...head, collapsed: true, panels: inside }]
    return [{ ...head, collapsed: false, panels: [] }, ...inside]
  })
}

function rowPanel(id: number, { title }: Row, place: Place) {
  return { id, type: 'row', title, gridPos: put(place, COLUMNS, HEIGHTS.row) }
}

function textPanel(id: number, content: string, place: Place) {
  const options = { mode: 'markdown', content }
  return { id, type: 'text', title: '', options, gridPos: put(place, COLUMNS, HEIGHTS.text) }
}

function graph(id: number, panel: Panel, place: Place) {
  const { title, description, unit, kind = 'timeseries', width = 8 } = panel
  return {
    id,
    type: kind,
    title,
    description,
    datasource: PROMETHEUS,
    gridPos: put(place, width, HEIGHTS[kind]),
    links: (panel.alerts ?? []).map(runbookLink),
    fieldConfig: { defaults: { unit, min: 0, ...looks(panel) }, overrides: [] },
    options: kind === 'stat' ? STAT_OPTIONS : TIMESERIES_OPTIONS,
    targets: panel.queries.map(([expr, legendFormat], i) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + i),
      datasource: PROMETHEUS,
      expr,
      legendFormat,
      ...(kind === 'stat' ? { instant: true, range: false } : { instant: false, range: true }),
    })),
  }
}

const STAT_OPTIONS = {
  colorMode: 'value',
  graphMode: 'none',
  textMode: 'auto',
  reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
}

const TIMESERIES_OPTIONS = {
  legend: { displayMode: 'table', placement: 'bottom', calcs: ['lastNotNull', 'max'] },
  tooltip: { mode: 'multi', sort: 'desc' },
}

function looks({ kind, thresholds = {}, stacked }: Panel) {
  const { warning, critical } = thresholds
  const steps = [
    { color: 'green', value: null },
    ...(warning === undefined ? [] : [{ color: 'yellow', value: warning }]),
    ...(critical === undefined ? [] : [{ color: 'red', value: critical }]),
  ]
  if (kind === 'stat') return { thresholds: { mode: 'absolute', steps } }
  const stacking = { mode: stacked ? 'normal' : 'none', group: 'A' }
  return { custom: { lineWidth: 1, fillOpacity: stacked ? 40 : 10, stacking } }
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
