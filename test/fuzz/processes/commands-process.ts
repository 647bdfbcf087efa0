import { withTimeout } from '../../../src/util/with-timeout.ts'
import { type ChildOptions, startChild } from './child.ts'
import type { CommandResult, RunCommand } from './protocol.ts'

export interface CommandsProcess {
  run(args: string[]): Promise<Omit<CommandResult, 'id'>>
  kill(): Promise<void>
}

const COMMAND_MS = 60_000

export function startCommandsProcess(options: Omit<ChildOptions, 'script'>): CommandsProcess {
  const child = startChild({ ...options, script: 'commands.ts' })
  const running = new Map<number, (result: CommandResult) => void>()
  const ready = new Promise<void>((resolve) => {
    child.process.on('message', (message: 'ready' | CommandResult) => {
      if (message === 'ready') return resolve()
      running.get(message.id)?.(message)
      running.delete(message.id)
    })
    child.process.on('exit', () => {
      const stderr = `the process of the commands ended: ${child.ended()}`
      for (const [id, settle] of running) settle({ id, code: -1, stdout: '', stderr })
      resolve()
    })
  })
  let next = 0

  return {
    async run(args) {
      await ready
      const id = next++
      const result = new Promise<CommandResult>((resolve) => running.set(id, resolve))
      child.process.send({ id, args } satisfies RunCommand, () => undefined)
      const late = () => new Error(`"${args.join(' ')}" took more than ${COMMAND_MS / 1000} s`)
      return withTimeout(result, COMMAND_MS, late)
    },
    kill: child.kill,
  }
}
