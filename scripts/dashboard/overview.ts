import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { ALERT_PREFIX, type Panel } from './panel.ts'
import { metric, PICKED, PLUGIN, rate, restarts, TOPIC } from './promql.ts'
import { pluginStates } from './states.ts'

/** What Grafana puts into a link. */
const put = (name: string) => `$\{${name}}`
const KEPT = ['__url_time_range', 'datasource:queryparam', 'namespace:queryparam', 'job:queryparam']
const DETAILS = `/d/inventory-events-details?${KEPT.map(put).join('&')}`
const ALERTS = `alertname=~"${ALERT_PREFIX}.*", ${PICKED}`

/** The anchors of the runbook are in lower case, which nothing in Grafana makes of a name. */
const ANCHORS = Object.fromEntries(
  ['alerts.yaml', 'absence.yaml'].flatMap((file) =>
    alertsIn(file).map((name) => [name, name.toLowerCase()]),
  ),
)

const wellness: Panel[] = [
  {
    title: 'Alerts firing',
    description: 'The table below names them. 0 also if Prometheus does not evaluate the rules.',
    unit: 'short',
    queries: [[`count(ALERTS{${ALERTS}, alertstate="firing"}) or vector(0)`, 'alerts']],
    kind: 'stat',
    thresholds: { critical: 1 },
    width: 3,
  },
  {
    title: 'Plugins not well',
    description:
      'Plugins whose circuit breaker is open, or that are paused or disabled, or whose events are off.',
    unit: 'short',
    queries: [
      [
        `count((max by (job, plugin) (${metric('breaker_open', PLUGIN)}) == 1) or (max by (job, plugin) (${metric('plugin_state', `${PLUGIN}, state!="enabled"`)}) == 1)) or vector(0)`,
        'plugins',
      ],
    ],
    alerts: ['BreakerOpen'],
    kind: 'stat',
    thresholds: { warning: 1 },
    width: 3,
  },
  {
    title: 'Lag',
    description: 'Age of the oldest event that is not completed.',
    unit: 's',
    queries: [[`max(${metric('consumer_lag_seconds', TOPIC)})`, 'lag']],
    alerts: ['LagGrowing'],
    kind: 'stat',
    thresholds: { warning: 60, critical: 900 },
    width: 3,
  },
  {
    title: 'Open dead letters',
    description: 'Neither redriven nor discarded: what becomes of them is still to be decided.',
    unit: 'short',
    queries: [[`sum(${metric('dead_letters_open')})`, 'dead letters']],
    alerts: ['DeadLettersOpen'],
    kind: 'stat',
    thresholds: { warning: 1 },
    width: 3,
  },
  {
    title: 'Replicas',
    description: 'Replicas of the service and the gateway that can be scraped.',
    unit: 'short',
    queries: [[`count(${metric('build_info')}) or vector(0)`, 'replicas']],
    alerts: ['ReplicaAbsent'],
    kind: 'stat',
    width: 3,
  },
  {
    title: 'Not ready',
    description: 'Of these, those with a readiness check that fails.',
    unit: 'short',
    queries: [
      [
        `count(min by (job, instance) (${metric('ready')} or ${metric('gateway_ready')}) == 0) or vector(0)`,
        'replicas',
      ],
    ],
    alerts: ['NotReady'],
    kind: 'stat',
    thresholds: { warning: 1 },
    width: 3,
  },
  {
    title: 'Restarts (1 h)',
    description: 'Containers that restarted within the last hour, without new pods.',
    unit: 'short',
    queries: [[`sum(${restarts})`, 'restarts']],
    alerts: ['Restarting'],
    kind: 'stat',
    thresholds: { warning: 1 },
    width: 3,
  },
  {
    title: 'Events read',
    description: 'Records read from Kafka per second, wanted by a plugin or not.',
    unit: 'ops',
    queries: [[`sum(${rate('records_consumed_total', 'topic', TOPIC)})`, 'events']],
    kind: 'stat',
    width: 3,
  },
]

const firing = `ALERTS_FOR_STATE{${ALERTS}} * 1000 and ignoring (alertstate) ALERTS{${ALERTS}, alertstate="firing"}`

const problems: Panel = {
  title: 'What is wrong, since when, and what next',
  description: 'The alerts that fire, and where the runbook says what to do. Empty if all is well.',
  unit: 'string',
  queries: [[`label_replace(${firing}, "next", "$1", "alertname", "(.*)")`, '']],
  kind: 'table',
  columns: [
    { label: 'severity', title: 'Severity', width: 90 },
    { label: 'alertname', title: 'Alert', width: 290 },
    { label: 'job', title: 'Job' },
    {
      label: 'plugin',
      title: 'Plugin',
      link: { title: 'Details of this plugin', url: `${DETAILS}&var-plugin=${put('__value.raw')}` },
    },
    { label: 'topic', title: 'Topic' },
    { label: 'instance', title: 'Replica' },
    { label: 'Value', title: 'Since', width: 150, unit: 'dateTimeFromNow' },
    {
      label: 'next',
      title: 'What next: the runbook at',
      width: 290,
      link: { title: 'What to do', url: `$runbook#${put('__value.text')}` },
      texts: ANCHORS,
    },
  ],
  width: 24,
  height: 7,
}

const history: Panel[] = [
  { ...pluginStates, width: 12 },
  {
    title: 'Lag in time',
    description: 'Age of the oldest event of a topic that is not completed, including unread ones.',
    unit: 's',
    queries: [[`max by (topic) (${metric('consumer_lag_seconds', TOPIC)})`, '{{topic}}']],
    alerts: ['LagGrowing', 'LagStanding'],
    width: 6,
  },
  {
    title: 'Plugin lag',
    description: 'Age of the oldest event with an uncompleted delivery to the plugin.',
    unit: 's',
    queries: [[`max by (plugin) (${metric('oldest_delivery_age_seconds', PLUGIN)})`, '{{plugin}}']],
    alerts: ['UnsettledTooLong'],
    width: 6,
  },
]

/** One screen: is it well, what is wrong since when and what next, which plugin. */
export const overview: Panel[] = [...wellness, problems, ...history]

export const howToRead = `
*Inventory events* is the overview. Here each row is a step of an event's way: **fetch → route → decode → order → handle → settle → commit**, after
the *Gateway* that may have published it. Lag with few deliveries in flight is *Fetch*, many lanes are *Order*, slow or failing calls are
 *Handle* and *Retry and dead letters*, old events without work are *Commit and rebalance*, and *Replicas* has readiness, restarts and memory. A
panel with a link in its corner leads to the runbook of its alert. Select a **Plugin** at the top to see its filter, handler, errors and lag.
`.trim()

function alertsIn(file: string): string[] {
  const url = new URL(`../../helm/rules/${file}`, import.meta.url)
  const { groups } = parse(readFileSync(url, 'utf8')) as {
    groups: { rules: { alert?: string }[] }[]
  }
  return groups.flatMap(({ rules }) => rules.flatMap(({ alert }) => alert ?? []))
}
