import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { CallTable } from '../../../src/watchdog/call-table.ts'

function boards() {
  const board = new CallTable()
  board.clear()
  return { board, seen: new CallTable(board.shared) }
}

const call = (n: number) => ({
  plugin: `plugin-${n}`,
  record: `topic/0@${n}`,
  counted: n % 2 === 0,
  event: `evt_${n}`,
})
const enter = (board: CallTable, n: number) => board.enter(call(n))

describe('what another thread sees', () => {
  it('is nothing at first', () => {
    expect(boards().seen.read()).toEqual({ onThread: undefined, running: [] })
  })

  it('is the call on the thread, until it gives the thread back', () => {
    const { board, seen } = boards()
    enter(board, 1)
    expect(seen.read()).toEqual({ onThread: call(1), running: [call(1)] })
    board.returned()
    expect(seen.read()).toEqual({ onThread: undefined, running: [call(1)] })
  })

  it('is every call that has not ended', () => {
    const { board, seen } = boards()
    const first = enter(board, 1)
    board.returned()
    enter(board, 2)
    board.returned()
    board.leave(first)
    enter(board, 3)
    const { onThread, running } = seen.read()
    expect(onThread).toEqual(call(3))
    expect(running).toHaveLength(2)
    expect(running).toEqual(expect.arrayContaining([call(2), call(3)]))
  })

  it('is no call that threw before it gave the thread back', () => {
    const { board, seen } = boards()
    board.leave(enter(board, 1))
    expect(seen.read()).toEqual({ onThread: undefined, running: [] })
  })

  it('has the call on the thread where more run than there is room for', () => {
    const { board, seen } = boards()
    const notes = Array.from({ length: 1_000 }, (_, n) => enter(board, n))
    expect(seen.read().onThread).toEqual(call(999))
    board.returned()
    for (const note of notes) board.leave(note)
    expect(seen.read()).toEqual({ onThread: undefined, running: [] })
    enter(board, 1)
    expect(seen.read().running).toEqual([call(1)])
  })

  it('has plugin and record of an event with an endless id', () => {
    const { board, seen } = boards()
    const record = `${'t'.repeat(249)}/123@9007199254740991`
    const longest = { plugin: 'p'.repeat(64), record, counted: true }
    board.enter({ ...longest, event: 'ü'.repeat(10_000) })
    expect(seen.read().onThread).toMatchObject(longest)
  })

  it('is seen in the thread', async () => {
    const { board } = boards()
    enter(board, 7)
    board.beat()
    const url = new URL('../../../src/watchdog/call-table.ts', import.meta.url)
    const program = `
      const { parentPort, workerData } = require('node:worker_threads')
      import(${JSON.stringify(url.href)}).then(({ CallTable }) => {
        const board = new CallTable(workerData)
        parentPort.postMessage({ beats: board.beats, ...board.read() })
      })`
    const worker = new Worker(program, { eval: true, workerData: board.shared })
    const seen = await new Promise((resolve) => worker.once('message', resolve))
    expect(seen).toEqual({ beats: 1, onThread: call(7), running: [call(7)] })
  })
})
