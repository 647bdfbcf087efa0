import { resolve } from 'node:path'
import type { Command } from 'commander'
import { InventoryEventsError } from '../util/errors.ts'
import { onInterrupt } from './shared/interrupt.ts'
import { print } from './shared/output.ts'
import { wholeNumber } from './shared/whole-number.ts'

const HELP = `
Uses the same Kafka and registry as "inventory-events stack up", creates its own topics there and
deletes them at the end. The exit code is 0 only if every check passes.`

/** The partition count of the demo's topics: further replicas would be idle. */
const REPLICAS_MAX = 6

interface DemoFlags {
  events: number
  replicas: number
  seed: number
  keep?: true
}

export function registerDemo(program: Command): void {
  program
    .command('demo')
    .description('Run the service end to end on a real Kafka, and check what each plugin did')
    .option('--events <n>', 'the number of events to generate', wholeNumber(1, 200_000), 20_000)
    .option('--replicas <n>', 'the number of service processes', wholeNumber(1, REPLICAS_MAX), 2)
    .option('--seed <n>', 'the seed of the generated events', wholeNumber(0, 2 ** 32 - 1), 1)
    .option('--keep', 'then keep running until Ctrl-C, with a console and a few events each second')
    .addHelpText('after', HELP)
    .action(demo)
}

async function demo(flags: DemoFlags): Promise<void> {
  const { runDemo } = await import('../dev/demo/demo.ts')
  const { commandLogger } = await import('./shared/connection.ts')
  const { createProgressLine } = await import('./shared/progress-line.ts')
  const interrupted = new AbortController()
  const line = createProgressLine(process.stderr, Date.now)
  const interrupt = onInterrupt(() => {
    line.print(['stopping; a second signal exits immediately'])
    interrupted.abort(new InventoryEventsError('DEMO_FAILED', 'interrupted'))
  })
  try {
    const ok = await runDemo({
      ...flags,
      keep: flags.keep === true,
      folder: resolve('.inventory-events'),
      env: process.env,
      say: (message) => line.print([message]),
      show: (progress) => line.show(progress),
      print,
      log: commandLogger(process.env),
      signal: interrupted.signal,
    })
    if (!ok) process.exitCode = 1
  } finally {
    line.clear()
    interrupt.end()
  }
}
