import type { Command } from 'commander'
import { DEFAULT_TOPICS, type EventTopics } from '../topics/event-topics.ts'
import { print } from './shared/output.ts'

interface SchemasOptions {
  inventoryTopic: string
  pluginTopic: string
}

type Verb = 'listSchemas' | 'checkSchemas' | 'registerSubjects'

export function registerSchemas(program: Command): void {
  const schemas = program
    .command('schemas')
    .description('Compare the event schemas with the schema registry, or register them')
  const add = (name: string, description: string, verb: Verb) =>
    schemas
      .command(name)
      .description(description)
      .option('--inventory-topic <topic>', 'topic of events with a kind', DEFAULT_TOPICS.inventory)
      .option('--plugin-topic <topic>', 'topic of plugin events', DEFAULT_TOPICS.plugin)
      .action((options: SchemasOptions) => run(verb, options))
  add('list', 'Print each schema with its subject, id and registered versions', 'listSchemas')
  add('check', 'Fail if a schema is not registered or not compatible', 'checkSchemas')
  add('register', 'Register the schemas that are missing; safe to repeat', 'registerSubjects')
}

async function run(verb: Verb, options: SchemasOptions): Promise<void> {
  const { loadConfig } = await import('../config/load-config.ts')
  const { createRegistry } = await import('../avro/registry/registry.ts')
  const commands = await import('../avro/registry/subjects.ts')
  const { builtInContract } = await import('../avro/schema/contract-schemas.ts')
  const config = loadConfig(process.env, { required: ['SCHEMA_REGISTRY_URL'] })
  const registry = createRegistry(config)
  await registry.check()
  const topics: EventTopics = { inventory: options.inventoryTopic, plugin: options.pluginTopic }
  const contract = builtInContract()
  await commands[verb](registry, { contract, topics, say: print })
}
