import type { Column, Panel } from './panel.ts'

/** The fieldConfig of a panel. */
export function looksOf(panel: Panel): object {
  const { kind = 'timeseries', unit, columns = [] } = panel
  const defaults = { unit, ...(kind !== 'table' && { min: 0 }), ...looks(panel) }
  return { defaults, overrides: columns.map(columnLooks) }
}

function looks({ kind, thresholds = {}, stacked, states = [] }: Panel): object {
  switch (kind) {
    case 'stat':
      return { thresholds: { mode: 'absolute', steps: stepsOf(thresholds) } }
    case 'state-timeline':
      return { custom: { fillOpacity: 80, lineWidth: 0 }, mappings: [stateMapping(states)] }
    case 'table':
      return { custom: { align: 'left' } }
    default: {
      const stacking = { mode: stacked ? 'normal' : 'none', group: 'A' }
      return { custom: { lineWidth: 1, fillOpacity: stacked ? 40 : 10, stacking } }
    }
  }
}

function stepsOf({ warning, critical }: NonNullable<Panel['thresholds']>) {
  return [
    { color: 'green', value: null },
    ...(warning === undefined ? [] : [{ color: 'yellow', value: warning }]),
    ...(critical === undefined ? [] : [{ color: 'red', value: critical }]),
  ]
}

function stateMapping(states: NonNullable<Panel['states']>) {
  const options = states.map(([text, color], index) => [index, { text, color, index }])
  return { type: 'value', options: Object.fromEntries(options) }
}

function columnLooks({ title, width, unit, link, texts }: Column): object {
  const mapping = Object.entries(texts ?? {}).map(([value, text], index) => {
    return [value, { text, index }]
  })
  return {
    matcher: { id: 'byName', options: title },
    properties: [
      ...(width === undefined ? [] : [{ id: 'custom.width', value: width }]),
      ...(unit === undefined ? [] : [{ id: 'unit', value: unit }]),
      ...(link === undefined ? [] : [{ id: 'links', value: [{ ...link, targetBlank: false }] }]),
      ...(mapping.length === 0
        ? []
        : [{ id: 'mappings', value: [{ type: 'value', options: Object.fromEntries(mapping) }] }]),
    ],
  }
}

export function optionsOf({ kind = 'timeseries', columns = [] }: Panel): object {
  switch (kind) {
    case 'stat':
      return STAT_OPTIONS
    case 'state-timeline':
      return TIMELINE_OPTIONS
    case 'table': {
      const [first] = columns
      return { cellHeight: 'sm', showHeader: true, sortBy: [{ displayName: first!.title }] }
    }
    case 'timeseries':
      return TIMESERIES_OPTIONS
  }
}

/** A table shows its columns only, in their order, under their titles. */
export function transformationsOf({ columns = [] }: Panel): object[] {
  if (columns.length === 0) return []
  const labels = columns.map(({ label }) => label)
  return [
    { id: 'filterFieldsByName', options: { include: { names: labels } } },
    {
      id: 'organize',
      options: {
        indexByName: Object.fromEntries(labels.map((label, index) => [label, index])),
        renameByName: Object.fromEntries(columns.map(({ label, title }) => [label, title])),
      },
    },
  ]
}

const STAT_OPTIONS = {
  colorMode: 'value',
  graphMode: 'none',
  textMode: 'auto',
  reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
}

const TIMELINE_OPTIONS = {
  showValue: 'never',
  rowHeight: 0.8,
  mergeValues: true,
  legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
  tooltip: { mode: 'single' },
}

const TIMESERIES_OPTIONS = {
  legend: { displayMode: 'table', placement: 'bottom', calcs: ['lastNotNull', 'max'] },
  tooltip: { mode: 'multi', sort: 'desc' },
}
