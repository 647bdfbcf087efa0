import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Endpoints } from '../dev/stack/maven-stack.ts'
import type { StackOptions } from '../dev/stack/stack.ts'
import { messageOf } from '../util/errors.ts'
import { shellWord } from '../util/text/shell-word.ts'
import { onInterrupt } from './shared/interrupt.ts'
import { print, printError } from './shared/output.ts'

/** The folder for data, logs and downloads, in the working directory. */
const FOLDER = '.inventory-events'

const HELP = `
Uses KAFKA_BROKERS and SCHEMA_REGISTRY_URL if both are set, else Docker if its engine is running,
else Maven (Java 17 or newer). Data, logs and downloads are in ${FOLDER}/ of the working
directory; delete it while the stack is down to start from scratch.

"up" and "status" print shell exports for the commands that follow, and on stderr where the console is, which
shows the group that KAFKA_GROUP_ID names:
  eval "$(npx inventory-events stack up)"`

export function registerStack(program: Command): void {
  const stack = program
    .command('stack')
    .description('Run a real Kafka and schema registry on this machine')
    .addHelpText('after', HELP)
  stack
    .command('up')
    .description(
      'Start a local Kafka, registry and console unless they run, and print their addresses',
    )
    .action(() => interruptible(start))
  stack
    .command('down')
    .description('Stop the local Kafka, registry and console; their data is kept')
    .action(() => interruptible(stop))
  stack
    .command('status')
    .description('Print the addresses of what runs; exit 1 without Kafka and the registry')
    .action(() => interruptible(showStatus))
}

async function start(options: StackOptions): Promise<void> {
  const { consoleUp, stackUp } = await import('../dev/stack/stack.ts')
  printExports(await stackUp(options))
  // Kafka and the registry can be used without it.
  const url = await consoleUp(options).catch((error) => void options.say(messageOf(error)))
  if (url !== undefined) options.say(`console: ${url}`)
}

async function stop(options: StackOptions): Promise<void> {
  const { stackDown } = await import('../dev/stack/stack.ts')
  await stackDown(options)
}

async function showStatus(options: StackOptions): Promise<void> {
  const { consoleStatus, stackStatus } = await import('../dev/stack/stack.ts')
  const endpoints = await stackStatus(options)
  if (endpoints) {
    printExports(endpoints)
    const url = await consoleStatus(options)
    if (url !== undefined) options.say(`console: ${url}`)
    return
  }
  options.say('the stack is not running: start it with "inventory-events stack up"')
  process.exitCode = 1
}

/** Lets Ctrl-C stop a start without leaving processes behind. A second one exits immediately. */
async function interruptible(run: (options: StackOptions) => Promise<void>): Promise<void> {
  const interrupted = new AbortController()
  const interrupt = onInterrupt(() => interrupted.abort())
  try {
    const { signal } = interrupted
    await run({ folder: resolve(FOLDER), env: process.env, say: printError, signal })
  } finally {
    interrupt.end()
  }
}

function printExports({ brokers, registryUrl }: Endpoints): void {
  print(`export KAFKA_BROKERS=${shellWord(brokers)}`)
  print(`export SCHEMA_REGISTRY_URL=${shellWord(registryUrl)}`)
}
