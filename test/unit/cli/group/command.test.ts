import { expect, it } from 'vitest'
import { createProgram } from '../../../../src/cli/program.ts'
import { splitCommand } from '../../../../src/control/split-record.ts'

it('the command that a group names whose split has not ended is one', () => {
  const words = splitCommand({ from: 'events', to: 'alarms', slugs: ['a', 'b'] }).split(' ')
  const command = createProgram()
    .commands.find((each) => each.name() === 'group')!
    .commands.find((each) => each.name() === 'split')!
  expect(words.slice(0, 3)).toEqual(['inventory-events', 'group', 'split'])
  expect(command.parseOptions(words.slice(3)).unknown).toEqual([])
  expect(command.opts()).toMatchObject({
    from: 'events',
    to: 'alarms',
    plugins: ['a', 'b'],
    yes: true,
  })
})
