import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { pluginPath } from '../support/serve.ts'
import { BIN } from '../support/start-cli.ts'

/** Of util-linux: runs a command at a terminal of its own. BSD's takes other options. */
const hasScript = spawnSync('script', ['--version']).stdout?.includes('util-linux') === true

it.skipIf(!hasScript)('serve logs text at a terminal, and JSON there if LOG_FORMAT says so', () => {
  const shown = (settings: Record<string, string>) => {
    const env = {
      ...process.env,
      KAFKA_BROKERS: '127.0.0.1:1',
      SCHEMA_REGISTRY_URL: 'http://127.0.0.1:1',
      PLUGINS: pluginPath('plugins/noting'),
      EVENTS_ENABLED: 'true',
      KAFKA_BROKER: 'a mistake',
      ...settings,
    }
    const command = `"${process.execPath}" "${BIN}" serve`
    const run = spawnSync('script', ['-qec', command, '/dev/null'], { env, encoding: 'utf8' })
    expect(run.status).toBe(1)
    return run.stdout.trimEnd().split(/\r?\n/)
  }
  expect(shown({})).toEqual([
    expect.stringMatching(
      /^\d\d:\d\d:\d\d\.\d{3}Z WARN {2}KAFKA_BROKER is not a setting: did you mean KAFKA_BROKERS\?$/,
    ),
    expect.stringMatching(/^error: list the subjects: .+ did not respond: .*ECONNREFUSED/),
  ])
  const [hint, failure] = shown({ LOG_FORMAT: 'json' }).map((line) => JSON.parse(line))
  expect(hint).toMatchObject({ level: 'warn', msg: expect.stringContaining('did you mean') })
  expect(failure).toMatchObject({ level: 'fatal', err: { code: 'REGISTRY_UNAVAILABLE' } })
})
