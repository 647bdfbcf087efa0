import { expect } from 'vitest'
import { startOwnKafka } from './own-kafka.ts'
import { runCli } from './run-cli.ts'
import { pluginPath, serve } from './serve.ts'
import { endpoints, uniqueName } from './stack.ts'

/** The service with one plugin of `test/support`, on a broker of its own, and how to publish to its topic. */
export async function serveOnOwnKafka(plugin: string, settings: Record<string, string> = {}) {
  const own = await startOwnKafka()
  const topic = uniqueName('events')
  const env = {
    KAFKA_BROKERS: own.brokers,
    SCHEMA_REGISTRY_URL: endpoints().registryUrl,
    KAFKA_TOPICS: topic,
    KAFKA_GROUP_ID: topic,
    PLUGINS: pluginPath(plugin),
    EVENTS_ENABLED: 'true',
    HTTP_PORT: '0',
    ...settings,
  }
  const topics = ['--inventory-topic', topic, '--plugin-topic', topic]
  const done = async (args: string[], input?: string) => {
    const run = await runCli(args, { env, ...(input !== undefined && { input }) })
    expect(run, run.stderr).toMatchObject({ code: 0 })
  }
  await done(['topics', 'create', '--partitions', '1'])
  await done(['schemas', 'register', ...topics])
  const publish = (lines: string) => done(['publish', ...topics], lines)
  return { own, service: serve(env), publish }
}
