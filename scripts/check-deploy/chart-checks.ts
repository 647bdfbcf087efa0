import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Check } from './check.ts'
import { Failure, outcomeOf, run } from './command.ts'
import { checkCustomResources } from './custom-resources.ts'
import { checkEarlierValues } from './earlier-values.ts'
import { checkJobs } from './job-runs.ts'
import { checkMemoryLimits } from './memory-limits.ts'
import { checkPackedChart } from './packed-chart.ts'
import { checkPluginExamples } from './plugin-examples.ts'
import { checkPodSecurity } from './pod-security.ts'
import { OLDEST_KUBERNETES, renderAll, valuesFiles } from './rendered.ts'

const KUBERNETES = [OLDEST_KUBERNETES, '1.32', '1.36']
const CUSTOM =
  /^WARN .*Couldn't find schema for kind (HTTPRoute|ScaledObject|ServiceMonitor|PrometheusRule) /

/** The kube-score checks that are ignored, and why. */
const NOT_SCORED = {
  'container-image-pull-policy':
    'an image is named by an exact tag or digest, and images may be local',
  'deployment-has-host-podantiaffinity': 'replicas are spread by topologySpreadConstraints',
  'deployment-replicas': 'a worker with one replica is valid, and autoscalers have a minimum',
  'horizontalpodautoscaler-replicas': 'the same',
  'container-security-context-user-group-id': "the image names its user, or OpenShift the pod's",
}

export const chartChecks: Check[] = [
  {
    name: 'chart: helm lint',
    async run({ root, tools }) {
      const files = await valuesFiles(root)
      for (const file of files) {
        await run([tools.helm, 'lint', '--strict', '--quiet', join(root, 'helm'), '-f', file])
      }
      return `${files.length} values files`
    },
  },
  {
    name: 'chart: Kubernetes schemas',
    async run(scene) {
      const renderings = await renderAll(scene)
      let count = 0
      for (const version of KUBERNETES) {
        const files = renderings.filter(({ kubernetes }) => minorOf(kubernetes) <= minorOf(version))
        const paths = files.map(({ path }) => path)
        const command = [scene.tools.kubernetesValidate, '-k', version, '--strict', ...paths]
        const lines = (await run(command)).trim().split('\n')
        const strange = lines.filter((line) => !line.startsWith('INFO ') && !CUSTOM.test(line))
        if (strange.length > 0) throw new Failure(strange.join('\n'))
        count = lines.length
      }
      return `${count} resources, Kubernetes ${KUBERNETES.join(', ')}`
    },
  },
  { name: 'chart: Pod Security restricted', run: checkPodSecurity },
  { name: 'chart: values of earlier versions', run: checkEarlierValues },
  { name: 'chart: packed', run: checkPackedChart },
  { name: 'chart: custom resource schemas', run: checkCustomResources },
  {
    name: 'chart: unit tests',
    async run({ root, work, tools }) {
      // As a Helm plugin it would get these from Helm.
      const env = { HELM_DATA_HOME: join(work, 'data'), HELM_CONFIG_HOME: join(work, 'config') }
      await mkdir(env.HELM_DATA_HOME)
      const output = await run([tools.helmUnittest, join(root, 'helm')], { env })
      const [, passed] = /^Tests:\s+(\d+) passed/m.exec(output) ?? []
      if (passed === undefined) throw new Failure(`expected a count of tests:\n${output}`)
      return `${passed} tests`
    },
  },
  {
    name: 'chart: kube-score',
    async run(scene) {
      const ignored = Object.keys(NOT_SCORED).flatMap((test) => ['--ignore-test', test])
      const options = ['--ignore-container-cpu-limit', '--exit-one-on-warning', ...ignored]
      const files = await renderAll(scene)
      for (const { path } of files) {
        const command = [scene.tools.kubeScore, 'score', '-o', 'ci', ...options, path]
        const { code, output } = await outcomeOf(command)
        const lines = output.split('\n').filter((line) => !/^\[(OK|SKIPPED)\]/.test(line))
        if (code !== 0) throw new Failure(lines.join('\n'))
      }
      return `${files.length} renderings`
    },
  },
  { name: 'chart: one-off jobs', run: checkJobs },
  { name: 'chart: plugin examples', run: checkPluginExamples },
  { name: 'chart: memory limits', run: checkMemoryLimits },
  {
    name: 'chart: rejects missing values',
    async run({ root, tools }) {
      const chart = join(root, 'helm')
      const template = [tools.helm, 'template', 'check', chart]
      await rejects(template, 'config.KAFKA_BROKERS: required')
      const noEvents = ['-f', join(chart, 'ci', 'default-values.yaml')]
      noEvents.push('--set', 'config.EVENTS_ENABLED=null')
      await rejects([...template, ...noEvents], 'config.EVENTS_ENABLED: required, expected true')
      return 'no brokers, no EVENTS_ENABLED'
    },
  },
]

function minorOf(version: string): number {
  return Number(version.split('.')[1])
}

async function rejects(command: string[], expected: string): Promise<void> {
  const { code, output } = await outcomeOf(command)
  if (code === 0) throw new Failure(`expected an error with "${expected}"`)
  if (!output.includes(expected)) throw new Failure(`expected "${expected}", got ${output}`)
}
