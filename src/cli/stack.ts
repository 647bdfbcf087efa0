import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Endpoints } from '../dev/stack/maven-stack.ts'
import { type StackOptions, stackDown, stackStatus, stackUp } from '../dev/stack/stack.ts'
import { onInterrupt } from './shared/interrupt.ts'

/** Where everything local lives, under the working directory. */
const FOLDER = '.inventory-events'

const HELP = `
Kafka and the registry come from KAFKA_BROKERS and SCHEMA_REGISTRY_URL when both are set, else from
Docker when its engine answers, else from Maven (Java 17 or newer). Data, logs and downloads are in
${FOLDER}/ of the working directory; remove it while the stack is down to start afresh.

"up" and "status" print shell assignments, exported for the commands that follow:
  eval "$(npx inventory-events stack up)"`

export function registerStack(program: Command): void {
  const stack = program
    .command('stack')
    .description('Run a real Kafka and schema registry on this machine')
    .addHelpText('after', HELP)
  stack
    .command('up')
    .description('Start a local Kafka and registry, or find them running, and print where they are')
    .action(() => interruptible(async (options) => print(await stackUp(options))))
  stack
    .command('down')
    .description('End the local Kafka and registry; their data stays')
    .action(() => interruptible(stackDown))
  stack
    .command('status')
    .description('Print where Kafka and the registry are; exit 1 if they are not running')
    .action(() => interruptible(showStatus))
}

async function showStatus(options: StackOptions): Promise<void> {
  const endpoints = await stackStatus(options)
  if (endpoints) return print(endpoints)
  options.say('the stack is not running: start it with "inventory-events stack up"')
  process.exitCode = 1
}

/** Ctrl-C ends a start half-way without leaving a process behind; a second one ends at once. */
async function interruptible(run: (options: StackOptions) => Promise<void>): Promise<void> {
  const interrupted = new AbortController()
  const interrupt = onInterrupt(() => interrupted.abort())
  try {
    const say = (message: string) => console.error(message)
    await run({ folder: resolve(FOLDER), env: process.env, say, signal: interrupted.signal })
  } finally {
    interrupt.end()
  }
}

function print({ brokers, registryUrl }: Endpoints): void {
  console.log(`export KAFKA_BROKERS=${quoted(brokers)}`)
  console.log(`export SCHEMA_REGISTRY_URL=${quoted(registryUrl)}`)
}

function quoted(value: string): string {
  return /^[\w.:/,@%+=-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`
}
