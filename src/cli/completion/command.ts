import { Argument, type Command } from 'commander'
import { print } from '../shared/output.ts'
import { bashScript } from './bash.ts'
import { fishScript } from './fish.ts'
import { completedCommands } from './tree.ts'
import { zshScript } from './zsh.ts'

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript }

export type Shell = keyof typeof SCRIPTS

const HELP = `
The script completes commands, options and their choices for the command "inventory-events", which
must be on the PATH. In zsh, load it after "compinit".`

export function registerCompletion(program: Command): void {
  program
    .command('completion')
    .description('Print a script that completes commands and options in a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(SCRIPTS)))
    .addHelpText('after', HELP)
    .action((shell: Shell) => {
      print(completionScript(shell, program))
    })
}

export function completionScript(shell: Shell, program: Command): string {
  return SCRIPTS[shell](program.name(), completedCommands(program))
}
