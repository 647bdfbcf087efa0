import { Command } from 'commander'
import { version } from '../version.ts'
import { registerCompletion } from './completion/command.ts'
import { registerConfig } from './config.ts'
import { registerConsole } from './console.ts'
import { registerDeadLetters } from './dead-letters/command.ts'
import { registerDemo } from './demo.ts'
import { registerDev } from './dev/command.ts'
import { registerEvents } from './events.ts'
import { examplesText } from './examples.ts'
import { registerExplain } from './explain/command.ts'
import { registerFilters } from './filters/command.ts'
import { registerGateway } from './gateway.ts'
import { registerGroup } from './group/command.ts'
import { registerInit } from './init.ts'
import { registerPlugins } from './plugins/command.ts'
import { registerPublish } from './publish/command.ts'
import { registerReplay } from './replay/command.ts'
import { registerSchemas } from './schemas.ts'
import { registerServe } from './serve.ts'
import { registerStack } from './stack.ts'
import { registerState } from './state/command.ts'
import { registerTopics } from './topics.ts'

/** The program with every command, in the order in which help lists them. */
export function createProgram(): Command {
  const program = new Command('inventory-events')
    .description('React to inventory events from Kafka with small plugins.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText(
      'after',
      '\nSettings are environment variables: "inventory-events config" lists them.',
    )
    .addHelpText('afterAll', ({ command }) => examplesText(command))
    .showSuggestionAfterError()
  for (const register of [
    registerServe,
    registerPublish,
    registerGateway,
    registerSchemas,
    registerTopics,
    registerPlugins,
    registerEvents,
    registerFilters,
    registerDeadLetters,
    registerReplay,
    registerState,
    registerGroup,
    registerExplain,
    registerConsole,
    registerStack,
    registerInit,
    registerDev,
    registerDemo,
    registerConfig,
    registerCompletion,
  ]) {
    register(program)
  }
  return program
}
