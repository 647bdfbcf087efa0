/** A defect to inject into an artefact, and the check that must detect it. */
export interface Break {
  name: string
  check: string
  file: string
  /** Returns the text of the file with the defect. */
  edit(text: string): string
}

const replaced = (from: string | RegExp, to: string) => (text: string) => text.replace(from, to)
const added = (more: string) => (text: string) => `${text}${more}`

export const breaks: Break[] = [
  {
    name: 'values: unknown key',
    check: 'chart: helm lint',
    file: 'helm/ci/default-values.yaml',
    edit: added('replcas: 3\n'),
  },
  {
    name: 'values: unknown setting',
    check: 'chart: helm lint',
    file: 'helm/ci/workers-values.yaml',
    edit: replaced('DRAIN_TIMEOUT_MS', 'DRAIN_TIMEOUT'),
  },
  {
    name: 'values: setting of the wrong type',
    check: 'chart: helm lint',
    file: 'helm/ci/default-values.yaml',
    edit: replaced('config:\n', 'config:\n  RETRY_MAX_ATTEMPTS: many\n'),
  },
  {
    name: 'values: secret in plain text',
    check: 'chart: helm lint',
    file: 'helm/ci/default-values.yaml',
    edit: replaced('config:\n', 'config:\n  KAFKA_SASL_PASSWORD: secret\n'),
  },
  {
    name: 'template: unknown key',
    check: 'chart: Kubernetes schemas',
    file: 'helm/templates/_pod.tpl',
    edit: replaced('terminationGracePeriodSeconds:', 'terminationGraceSeconds:'),
  },
  {
    name: 'template: value of the wrong type',
    check: 'chart: Kubernetes schemas',
    file: 'helm/templates/poddisruptionbudget.yaml',
    edit: replaced(/maxUnavailable: .*/, 'maxUnavailable: [1]'),
  },
  {
    name: 'ScaledObject: unknown key',
    check: 'chart: custom resource schemas',
    file: 'helm/templates/scaledobject.yaml',
    edit: replaced('maxReplicaCount:', 'maxReplicas:'),
  },
  {
    name: 'ScaledObject: value of the wrong type',
    check: 'chart: custom resource schemas',
    file: 'helm/templates/scaledobject.yaml',
    edit: replaced('cooldownPeriod: {{', 'cooldownPeriod: about {{'),
  },
  {
    name: 'ServiceMonitor: unknown key',
    check: 'chart: custom resource schemas',
    file: 'helm/templates/servicemonitor.yaml',
    edit: replaced('interval:', 'scrapeInterval:'),
  },
  {
    name: 'HTTPRoute: unknown key',
    check: 'chart: custom resource schemas',
    file: 'helm/templates/httproute.yaml',
    edit: replaced('backendRefs:', 'backends:'),
  },
  {
    name: 'template: gateway exposes its metrics',
    check: 'chart: unit tests',
    file: 'helm/templates/_gateway.tpl',
    edit: replaced('/openapi.json]', '/metrics]'),
  },
  {
    name: 'template: console without users',
    check: 'chart: unit tests',
    file: 'helm/templates/_console.tpl',
    edit: replaced('not (hasKey $secrets "CONSOLE_USERS")', 'false'),
  },
  {
    name: 'template: rollout with surge pods',
    check: 'chart: unit tests',
    file: 'helm/templates/deployment.yaml',
    edit: replaced('maxSurge: 0', 'maxSurge: 1'),
  },
  {
    name: 'template: more replicas than partitions',
    check: 'chart: unit tests',
    file: 'helm/templates/scaledobject.yaml',
    edit: replaced('maxReplicaCount: {{ $max }}', 'maxReplicaCount: 100'),
  },
  {
    name: 'template: no security context',
    check: 'chart: kube-score',
    file: 'helm/values.yaml',
    edit: replaced('readOnlyRootFilesystem: true', 'readOnlyRootFilesystem: false'),
  },
  {
    name: 'template: job that repeats',
    check: 'chart: one-off jobs',
    file: 'helm/templates/_pod.tpl',
    edit: replaced('restartPolicy: Never', 'restartPolicy: OnFailure'),
  },
  {
    name: 'template: heap of the same size under any limit',
    check: 'chart: memory limits',
    file: 'helm/templates/_container.tpl',
    edit: replaced('--max-old-space-size-percentage=50', ''),
  },
  {
    name: 'example: plugin that is not there',
    check: 'chart: plugin examples',
    file: 'helm/examples/plugins-git-sync.yaml',
    edit: replaced('/plugins/volume/plugins/', '/plugins/volume/'),
  },
  {
    name: 'template: no seccomp profile',
    check: 'chart: Pod Security restricted',
    file: 'helm/values.yaml',
    edit: replaced('{ type: RuntimeDefault }', '{}'),
  },
  {
    name: 'template: no defaults for missing values',
    check: 'chart: values of earlier versions',
    file: 'helm/templates/_defaults.tpl',
    edit: replaced('set $values', 'set dict'),
  },
  {
    name: 'chart: values of the checks in the package',
    check: 'chart: packed',
    file: 'helm/.helmignore',
    edit: replaced('/ci/\n', ''),
  },
  {
    name: 'template: no required values',
    check: 'chart: rejects missing values',
    file: 'helm/templates/_workers.tpl',
    edit: replaced(/^.*requireConnections.*\n/m, ''),
  },
  {
    name: 'Dockerfile: base image without a version',
    check: 'Dockerfile: hadolint',
    file: 'Dockerfile',
    edit: replaced(/node:\S+/, 'node'),
  },
  {
    name: 'workflow: unknown output',
    check: 'workflows: actionlint',
    file: '.github/workflows/release.yml',
    edit: replaced('steps.push.outputs.digest', 'steps.pushed.outputs.digest'),
  },
  {
    name: 'workflow: job that is not there',
    check: 'workflows: actionlint',
    file: '.github/workflows/release.yml',
    edit: replaced('needs: ci', 'needs: tests'),
  },
  {
    name: 'compose: unknown key',
    check: 'compose: config',
    file: 'docker-compose.yml',
    edit: replaced('    healthcheck:', '    healthchecks:'),
  },
  {
    name: 'compose: unknown service',
    check: 'compose: config',
    file: 'docker-compose.yml',
    edit: replaced('      prometheus:\n        condition', '      prometeus:\n        condition'),
  },
  {
    name: 'Prometheus: unknown key',
    check: 'compose: Prometheus',
    file: 'deploy/prometheus.yml',
    edit: replaced('job_name:', 'job:'),
  },
  {
    name: 'Alertmanager: unknown receiver',
    check: 'compose: Alertmanager',
    file: 'deploy/alertmanager.yml',
    edit: replaced('receiver: page', 'receiver: nobody'),
  },
  {
    name: 'rules: unknown key',
    check: 'rules: promtool check',
    file: 'helm/rules/alerts.yaml',
    edit: replaced('        for:', '        lasting:'),
  },
  {
    name: 'rules: invalid expression',
    check: 'rules: promtool check',
    file: 'helm/rules/alerts.yaml',
    edit: replaced('expr: max by (', 'expr: max bye ('),
  },
  {
    name: 'template: threshold in place of an operator',
    check: 'rules: as the chart changes them',
    file: 'helm/templates/_rules.tpl',
    edit: replaced(/"\$\{1\}%v"/, '"%v"'),
  },
  {
    name: 'template: alert that cannot be switched off',
    check: 'rules: each alert changed',
    file: 'helm/templates/_rules.tpl',
    edit: replaced('ne (toString $own.enabled) "false"', 'ne (toString $own.enabled) "no"'),
  },
  {
    name: 'rules: alert that cannot fire',
    check: 'rules: promtool test',
    file: 'helm/rules/alerts.yaml',
    edit: replaced('inventory_events_breaker_open) == 1', 'inventory_events_breaker_open) == 2'),
  },
  {
    name: 'rules: unknown metric',
    check: 'rules: known metrics',
    file: 'helm/rules/alerts.yaml',
    edit: replaced('inventory_events_breaker_open)', 'inventory_events_breakers_open)'),
  },
  {
    name: 'dashboard: unknown metric',
    check: 'dashboards: expressions',
    file: 'helm/dashboards/inventory-events.json',
    edit: replaced('inventory_events_breaker_open', 'inventory_events_breakers_open'),
  },
  {
    name: 'dashboard: invalid expression',
    check: 'dashboards: expressions',
    file: 'helm/dashboards/inventory-events.json',
    edit: replaced(/"expr": "/, '"expr": "sum by by '),
  },
]
