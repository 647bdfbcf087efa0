import type { Command } from 'commander'
import { DEFAULT_TOPICS, type EventTopics } from '../topics/event-topics.ts'
import { messageOf } from '../util/errors.ts'
import { counted } from '../util/text/counted.ts'
import { print, usage } from './shared/output.ts'

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
  schemas
    .command('types')
    .description('Write TypeScript declarations of the kinds of EVENT_SCHEMAS, for plugins')
    .option('--out <file>', 'the file to write (default: standard output)')
    .action(({ out }: { out?: string }) => writeTypes(out))
}

async function writeTypes(out: string | undefined): Promise<void> {
  const { writeFile } = await import('node:fs/promises')
  const { loadConfig } = await import('../config/load-config.ts')
  const { declarationsOf } = await import('../avro/own-kinds/declarations.ts')
  const { loadContract, ownKinds } = await import('../avro/own-kinds/load-contract.ts')
  const config = loadConfig(process.env)
  const kinds = ownKinds(loadContract(config.EVENT_SCHEMAS))
  if (kinds.length === 0) throw usage('EVENT_SCHEMAS is not set: there are no kinds to declare')
  const text = declarationsOf(kinds)
  if (out === undefined) return print(text.trimEnd())
  await writeFile(out, text).catch((error: unknown) => {
    throw usage(`--out: cannot write ${out}: ${messageOf(error)}`)
  })
  print(`${out}: ${counted(kinds.length, 'kind')}`)
}

async function run(verb: Verb, options: SchemasOptions): Promise<void> {
  const { loadConfig } = await import('../config/load-config.ts')
  const { createRegistry } = await import('../avro/registry/registry.ts')
  const commands = await import('../avro/registry/subjects.ts')
  const { loadContract } = await import('../avro/own-kinds/load-contract.ts')
  const config = loadConfig(process.env, { required: ['SCHEMA_REGISTRY_URL'] })
  const registry = createRegistry(config)
  await registry.check()
  const topics: EventTopics = { inventory: options.inventoryTopic, plugin: options.pluginTopic }
  const contract = loadContract(config.EVENT_SCHEMAS)
  await commands[verb](registry, { contract, topics, say: print })
}
