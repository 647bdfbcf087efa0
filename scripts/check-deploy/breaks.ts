/** Something wrong in an artefact, and the check that must see it. */
export interface Break {
  name: string
  check: string
  file: string
  /** The text of the file as it should not be. */
  edit(text: string): string
}

const replaced = (from: string | RegExp, to: string) => (text: string) => text.replace(from, to)
const added = (more: string) => (text: string) => `${text}${more}`

export const breaks: Break[] = [
  {
    name: 'values: a key that there is not',
    check: 'chart: helm lint',
    file: 'helm/ci/default-values.yaml',
    edit: added('replcas: 3\n'),
  },
  {
    name: 'values: a setting that there is not',
    check: 'chart: helm lint',
    file: 'helm/ci/workers-values.yaml',
    edit: replaced('DRAIN_TIMEOUT_MS', 'DRAIN_TIMEOUT'),
  },
  {
    name: 'values: a setting of the wrong type',
    check: 'chart: helm lint',
    file: 'helm/ci/default-values.yaml',
    edit: replaced('config:\n', 'config:\n  RETRY_MAX_ATTEMPTS: many\n'),
  },
  {
    name: 'values: a secret in the open',
    check: 'chart: helm lint',
    file: 'helm/ci/default-values.yaml',
    edit: replaced('config:\n', 'config:\n  KAFKA_SASL_PASSWORD: secret\n'),
  },
  {
    name: 'template: a key that there is not',
    check: 'chart: schemas of Kubernetes',
    file: 'helm/templates/_pod.tpl',
    edit: replaced('terminationGracePeriodSeconds:', 'terminationGraceSeconds:'),
  },
  {
    name: 'template: a value of the wrong type',
    check: 'chart: schemas of Kubernetes',
    file: 'helm/templates/poddisruptionbudget.yaml',
    edit: replaced('maxUnavailable: 1', 'maxUnavailable: [1]'),
  },
  {
    name: 'ScaledObject: a key that there is not',
    check: 'chart: schemas of custom resources',
    file: 'helm/templates/scaledobject.yaml',
    edit: replaced('maxReplicaCount:', 'maxReplicas:'),
  },
  {
    name: 'ScaledObject: a value of the wrong type',
    check: 'chart: schemas of custom resources',
    file: 'helm/templates/scaledobject.yaml',
    edit: replaced('failureThreshold: 3', 'failureThreshold: three'),
  },
  {
    name: 'ServiceMonitor: a key that there is not',
    check: 'chart: schemas of custom resources',
    file: 'helm/templates/servicemonitor.yaml',
    edit: replaced('interval:', 'scrapeInterval:'),
  },
  {
    name: 'HTTPRoute: a key that there is not',
    check: 'chart: schemas of custom resources',
    file: 'helm/templates/httproute.yaml',
    edit: replaced('backendRefs:', 'backends:'),
  },
  {
    name: 'template: a gateway that shows its metrics to the outside',
    check: 'chart: unit tests',
    file: 'helm/templates/_gateway.tpl',
    edit: replaced('/openapi.json]', '/metrics]'),
  },
  {
    name: 'template: a rollout that starts pods beside the old ones',
    check: 'chart: unit tests',
    file: 'helm/templates/deployment.yaml',
    edit: replaced('maxSurge: 0', 'maxSurge: 1'),
  },
  {
    name: 'template: replicas beyond the partitions',
    check: 'chart: unit tests',
    file: 'helm/templates/scaledobject.yaml',
    edit: replaced('maxReplicaCount: {{ $max }}', 'maxReplicaCount: 100'),
  },
  {
    name: 'template: no security context',
    check: 'chart: kube-score',
    file: 'helm/templates/_helpers.tpl',
    edit: replaced('readOnlyRootFilesystem: true', 'readOnlyRootFilesystem: false'),
  },
  {
    name: 'template: nothing is required',
    check: 'chart: refuses what is missing',
    file: 'helm/templates/deployment.yaml',
    edit: replaced(/^.*requireConnections.*\n/, ''),
  },
  {
    name: 'Dockerfile: a base without a version',
    check: 'Dockerfile: hadolint',
    file: 'Dockerfile',
    edit: replaced(/node:\S+/, 'node'),
  },
  {
    name: 'compose: a key that there is not',
    check: 'compose: config',
    file: 'docker-compose.yml',
    edit: replaced('    healthcheck:', '    healthchecks:'),
  },
  {
    name: 'compose: a service that there is not',
    check: 'compose: config',
    file: 'docker-compose.yml',
    edit: replaced('      prometheus:\n        condition', '      prometeus:\n        condition'),
  },
  {
    name: 'Prometheus: a key that there is not',
    check: 'compose: Prometheus',
    file: 'deploy/prometheus.yml',
    edit: replaced('job_name:', 'job:'),
  },
  {
    name: 'Alertmanager: a receiver that there is not',
    check: 'compose: Alertmanager',
    file: 'deploy/alertmanager.yml',
    edit: replaced('receiver: page', 'receiver: nobody'),
  },
  {
    name: 'rules: a key that there is not',
    check: 'rules: promtool check',
    file: 'helm/rules/alerts.yaml',
    edit: replaced('        for:', '        lasting:'),
  },
  {
    name: 'rules: an expression that is none',
    check: 'rules: promtool check',
    file: 'helm/rules/alerts.yaml',
    edit: replaced('expr: max by (', 'expr: max bye ('),
  },
  {
    name: 'rules: an alert that cannot fire',
    check: 'rules: promtool test',
    file: 'helm/rules/alerts.yaml',
    edit: replaced('inventory_events_breaker_open) == 1', 'inventory_events_breaker_open) == 2'),
  },
  {
    name: 'rules: a metric that there is not',
    check: 'rules: metrics that there are',
    file: 'helm/rules/alerts.yaml',
    edit: replaced('inventory_events_breaker_open)', 'inventory_events_breakers_open)'),
  },
  {
    name: 'dashboard: a metric that there is not',
    check: 'dashboards: expressions',
    file: 'helm/dashboards/inventory-events.json',
    edit: replaced('inventory_events_breaker_open', 'inventory_events_breakers_open'),
  },
  {
    name: 'dashboard: an expression that is none',
    check: 'dashboards: expressions',
    file: 'helm/dashboards/inventory-events.json',
    edit: replaced(/"expr": "/, '"expr": "sum by by '),
  },
]
