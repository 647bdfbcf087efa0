import type { Command } from 'commander'
import { expect, it } from 'vitest'
import { createProgram } from '../../../src/cli/program.ts'
import { ACTIONS } from '../../../src/control/audit-record.ts'

/** The names of the commands that have an option. */
function commandsWith(option: string): string[] {
  const found: string[] = []
  const visit = (command: Command, path: readonly string[]) => {
    if (command.options.some(({ long }) => long === option)) found.push(path.join(' '))
    for (const each of command.commands) visit(each, [...path, each.name()])
  }
  visit(createProgram(), [])
  return found.sort()
}

it('every command that asks who does it is an action of the audit, and no other', () => {
  const commands = ACTIONS.map((action) => action.replace(/ --.*/, ''))
  expect(commandsWith('--by')).toEqual([...new Set(commands)].sort())
})

it('every command that does nothing without --yes asks who does it', () => {
  const asking = commandsWith('--by')
  expect(commandsWith('--yes').filter((name) => !asking.includes(name))).toEqual([])
})
