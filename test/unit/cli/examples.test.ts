import type { Command } from 'commander'
import { expect, it } from 'vitest'
import { examplesOf } from '../../../src/cli/examples.ts'
import { createProgram } from '../../../src/cli/program.ts'

/** The program, which parses but does nothing: it answers the command that would run. */
function parsing() {
  const program = createProgram()
  let called: Command | undefined
  const prepare = (command: Command): void => {
    command.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined })
    command.commands.forEach(prepare)
    if (command.commands.length > 0) return
    command.action(() => {
      called = command
    })
  }
  prepare(program)
  return {
    program,
    parse(args: string[]): Command | undefined {
      program.parse(args, { from: 'user' })
      return called
    },
  }
}

function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)]
}

/** The arguments of the calls in a command line, as a shell would split them. */
function argumentsIn(line: string): string[] {
  const [, call = ''] = /(?:^|[ (])inventory-events ?([^|)>]*)/.exec(line) ?? []
  return [...call.matchAll(/"([^"]*)"|[^\s"]+/g)].map(([word, quoted]) => quoted ?? word)
}

const commands = everyCommand(createProgram())
const leaves = commands.filter((command) => command.commands.length === 0)

it.each(commands.map((command) => [helpOf(command), command.name()]))(
  '%#: the help of $1 has an example',
  (help) => {
    expect(help).toMatch(/\nExamples?:\n {2}\S/)
  },
)

it.each(leaves.flatMap((leaf) => examplesOf(leaf).map((example) => [example, leaf.name()])))(
  'parses: %s',
  (example, name) => {
    expect(parsing().parse(argumentsIn(example))?.name()).toBe(name)
  },
)

it('finds a mistake in an example', () => {
  expect(() => parsing().parse(argumentsIn('inventory-events replay --plugn a'))).toThrow()
  expect(() => parsing().parse(argumentsIn('inventory-events dead-letters lst'))).toThrow()
})

it.each(commands.map((command) => [helpOf(command), command.name()]))(
  '%#: the help of $1 states defaults to read',
  (help) => {
    expect(help).not.toMatch(/default: (-1|\{\}|\[\]|false)\)|\(default[^)]*\)\s+\(default/)
  },
)

function helpOf(command: Command): string {
  const written: string[] = []
  command.configureOutput({ writeOut: (text) => void written.push(text) })
  command.outputHelp()
  return written.join('')
}
