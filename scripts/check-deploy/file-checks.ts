import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import type { Check } from './check.ts'
import { run } from './command.ts'
import { requireProgram } from './debian.ts'

export const fileChecks: Check[] = [
  {
    name: 'Dockerfile: hadolint',
    async run({ root, tools }) {
      await run([tools.hadolint, '--failure-threshold', 'info', join(root, 'Dockerfile')])
      return 'no finding'
    },
  },
  {
    name: 'compose: config',
    async run({ root }) {
      await requireProgram('docker-compose')
      const file = join(root, 'docker-compose.yml')
      const command = ['docker-compose', '-f', file, '--profile', 'postgres', 'config']
      await run([...command, '-q'], { cwd: root })
      const services = await run([...command, '--services'], { cwd: root })
      return `${services.trim().split('\n').length} services`
    },
  },
  {
    name: 'compose: Prometheus',
    async run({ root, work }) {
      await requireProgram('promtool')
      // The rules path inside the container does not exist on this machine.
      const config = parse(await readFile(join(root, 'deploy', 'prometheus.yml'), 'utf8'))
      config.rule_files = [join(root, 'helm', 'rules', '*.yaml')]
      const file = join(work, 'prometheus.yml')
      await writeFile(file, stringify(config))
      const output = await run(['promtool', 'check', 'config', file])
      return `${[...output.matchAll(/SUCCESS: (\d+) rules/g)].length} files of rules`
    },
  },
  {
    name: 'compose: Alertmanager',
    async run({ root }) {
      await requireProgram('amtool')
      await run(['amtool', 'check-config', join(root, 'deploy', 'alertmanager.yml')])
      return 'one route'
    },
  },
  {
    name: 'workflows: actionlint',
    async run({ root, tools }) {
      const folder = join(root, '.github', 'workflows')
      const files = (await readdir(folder)).map((name) => join(folder, name))
      await run([tools.actionlint, '-no-color', ...files])
      return `${files.length} files`
    },
  },
]
