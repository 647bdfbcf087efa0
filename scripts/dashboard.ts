// Generates helm/dashboards/inventory-events.json. A test fails if the file is out of date.
import { writeFileSync } from 'node:fs'
import { layOut } from './dashboard/panel.ts'
import { rows } from './dashboard/rows.ts'
import { annotations, variables } from './dashboard/variables.ts'

const FILE = new URL('../helm/dashboards/inventory-events.json', import.meta.url)

if (process.argv[1] === import.meta.filename) {
  writeFileSync(FILE, JSON.stringify(dashboard()))
}

/** The dashboard in Grafana's JSON model. */
export function dashboard(): object {
  return {
    uid: 'inventory-events',
    title: 'Inventory events',
    description: 'Events from Kafka, delivered to plugins, in the order of processing.',
    tags: ['inventory-events', 'kafka'],
    schemaVersion: 39,
    editable: true,
    graphTooltip: 1,
    timezone: 'utc',
    time: { from: 'now-1h', to: 'now' },
    refresh: '30s',
    links: [{ title: 'Runbook', type: 'link', url: '$runbook', targetBlank: true }],
    annotations: { list: annotations },
    templating: { list: variables },
    panels: layOut(rows),
  }
}
