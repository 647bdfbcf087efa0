// Generates helm/dashboards/. A test fails if its files are out of date.
import { writeFileSync } from 'node:fs'
import { howToRead, overview } from './dashboard/overview.ts'
import { layOut } from './dashboard/panel.ts'
import { rows } from './dashboard/rows.ts'
import { annotations, variables } from './dashboard/variables.ts'

const FOLDER = new URL('../helm/dashboards/', import.meta.url)
const OVERVIEW = 'inventory-events'
const DETAILS = 'inventory-events-details'

/** The dashboards in Grafana's JSON model, by file name. */
export function dashboards(): Record<string, object> {
  return {
    [`${OVERVIEW}.json`]: {
      ...common,
      uid: OVERVIEW,
      title: 'Inventory events',
      description: 'Is it well, which plugin, since when, and what next.',
      time: { from: 'now-6h', to: 'now' },
      links: [linkTo('Details', DETAILS), runbook],
      panels: layOut([{ panels: overview }]),
    },
    [`${DETAILS}.json`]: {
      ...common,
      uid: DETAILS,
      title: 'Inventory events: details',
      description: 'Events from Kafka, delivered to plugins, in the order of processing.',
      time: { from: 'now-1h', to: 'now' },
      links: [linkTo('Overview', OVERVIEW), runbook],
      panels: layOut([{ text: howToRead, panels: [] }, ...rows]),
    },
  }
}

const common = {
  tags: ['inventory-events', 'kafka'],
  schemaVersion: 39,
  editable: true,
  graphTooltip: 1,
  timezone: 'utc',
  refresh: '30s',
  annotations: { list: annotations },
  templating: { list: variables },
}

const runbook = { title: 'Runbook', type: 'link', url: '$runbook', targetBlank: true }

/** Keeps what is selected. */
function linkTo(title: string, uid: string) {
  return { title, type: 'link', url: `/d/${uid}`, includeVars: true, keepTime: true }
}

if (process.argv[1] === import.meta.filename) {
  for (const [name, dashboard] of Object.entries(dashboards())) {
    writeFileSync(new URL(name, FOLDER), JSON.stringify(dashboard))
  }
}
