import { type Command, Option } from 'commander'
import { ROLES, type Role } from '../config/console-users.ts'
import { loadConfig, nameHints } from '../config/load-config.ts'
import { STDOUT } from '../util/log/format.ts'
import { nameHere } from './shared/audit.ts'
import { print, printError } from './shared/output.ts'
import { serviceCommand } from './shared/service-command.ts'
import { onShutdown } from './shared/shutdown.ts'

const HELP = `
Settings are environment variables: see "inventory-events config". Without --local, CONSOLE_USERS must name
its users.`

export function registerConsole(program: Command): void {
  const command = program
    .command('console')
    .description('Serve the page on which operators see and switch what a group does')
    .option('--local', 'without a login, on this machine only; the brokers must be on it as well')
    .addHelpText('after', HELP)
    .action((options: { local?: true }) => serviceCommand('console', () => serve(options))())
  command
    .command('user')
    .description('Print a new line of CONSOLE_USERS, and on stderr the token, which is shown once')
    .argument('<name>', 'the name of the user, as the audit will have it')
    .addOption(
      new Option('--role <role>', 'what the user may do').choices(ROLES).makeOptionMandatory(),
    )
    .action(async (name: string, { role }: { role: Role }) => {
      const { createUser } = await import('../console/access/users.ts')
      const { token, line } = await createUser(name, role)
      print(line)
      printError(`token of ${name}: ${token}`)
    })
}

async function serve({ local }: { local?: true }): Promise<void> {
  const config = loadConfig(process.env, { required: ['KAFKA_BROKERS'] })
  const { startConsole } = await import('../console/console.ts')
  const { pageFolder } = await import('../dev/web/page-folder.ts')
  const { createLogger } = await import('../util/logger.ts')
  const { logOutput } = await import('../util/log/output.ts')
  const log = createLogger(config.LOG_LEVEL, logOutput(STDOUT, config.LOG_FORMAT))
  for (const hint of nameHints(process.env)) log.warn(hint)
  const ending = onShutdown(log, 'console')
  const folder = await pageFolder(log)
  const localName = local === undefined ? undefined : nameHere()
  const running = await startConsole({ config, log, folder, localName })
  await ending.begun
  await running.stop()
  process.exit(ending.exitCode())
}
