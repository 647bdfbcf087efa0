import { expect, it } from 'vitest'
import { chartValues } from '../../../scripts/chart-values.ts'

const VALUES = `# yaml-language-server: $schema=values.schema.json

# The name.
name: ""

# Settings.
config:
  # <settings>
  # SOME_SETTING: 1
  # </settings>
  PLAIN: 1
  # Whether it is shown.
  SHOWN: true

# Pods: [{ name: a }]
pod:
  # How much they get:
  #   resources: { limits: {} }
  resources:
    requests: { cpu: 1 }
    limits: { cpu: 2 }
  probes:
    # When it is up.
    startup: { periodSeconds: 5 }
`

it('reads the values of a chart with their comments, on one line each', () => {
  expect(chartValues(VALUES)).toEqual([
    { path: 'name', help: 'The name.', fallback: '""' },
    { path: 'config', help: 'Settings.', fallback: undefined },
    { path: 'config.PLAIN', help: '', fallback: '1' },
    { path: 'config.SHOWN', help: 'Whether it is shown.', fallback: 'true' },
    { path: 'pod', help: 'Pods: `[{ name: a }]`', fallback: undefined },
    {
      path: 'pod.resources',
      help: 'How much they get: `resources: { limits: {} }`',
      fallback: '{ requests: { cpu: 1 }, limits: { cpu: 2 } }',
    },
    { path: 'pod.probes', help: '', fallback: undefined },
    { path: 'pod.probes.startup', help: 'When it is up.', fallback: '{ periodSeconds: 5 }' },
  ])
})
