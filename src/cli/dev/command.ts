import type { Command } from 'commander'

const HELP = `
Starts the stack of "inventory-events stack up", unless it is running, with topics and schemas; runs
"serve" with these plugins; and publishes the lines of events.jsonl of the working directory, if it is
there, each as a new event. When a file of the working directory changes (.ts, .js, .json, .jsonl), the
service is restarted, and they are published again. On Ctrl-C everything that was started is stopped.`

export function registerDev(program: Command): void {
  program
    .command('dev')
    .description('Run plugins on a local Kafka with sample events, and again when a file changes')
    .argument('[plugin...]', 'files or packages (default: those of PLUGINS)')
    .addHelpText('after', HELP)
    .action(async (named: string[]) => {
      const { dev } = await import('./run.ts')
      await dev(named)
    })
}
