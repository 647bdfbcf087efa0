import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { CallTable } from '../../../src/watchdog/call-table.ts'

function tables() {
  const table = new CallTable()
  table.clear()
  return { table, reader: new CallTable(table.shared) }
}

const call = (n: number) => ({
  plugin: `plugin-${n}`,
  record: `topic/0@${n}`,
  counted: n % 2 === 0,
  event: `evt_${n}`,
})
const enter = (table: CallTable, n: number) => table.enter(call(n))

describe('what another thread reads', () => {
  it('is empty at first', () => {
    expect(tables().reader.read()).toEqual({ onThread: undefined, running: [] })
  })

  it('has the call on the thread, until it gives the thread back', () => {
    const { table, reader } = tables()
    enter(table, 1)
    expect(reader.read()).toEqual({ onThread: call(1), running: [call(1)] })
    table.returned()
    expect(reader.read()).toEqual({ onThread: undefined, running: [call(1)] })
  })

  it('has every call that has not ended', () => {
    const { table, reader } = tables()
    const first = enter(table, 1)
    table.returned()
    enter(table, 2)
    table.returned()
    table.leave(first)
    enter(table, 3)
    const { onThread, running } = reader.read()
    expect(onThread).toEqual(call(3))
    expect(running).toHaveLength(2)
    expect(running).toEqual(expect.arrayContaining([call(2), call(3)]))
  })

  it('has no call that threw before it gave the thread back', () => {
    const { table, reader } = tables()
    table.leave(enter(table, 1))
    expect(reader.read()).toEqual({ onThread: undefined, running: [] })
  })

  it('has the call on the thread even if more calls run than there are slots', () => {
    const { table, reader } = tables()
    const slots = Array.from({ length: 1_000 }, (_, n) => enter(table, n))
    expect(reader.read().onThread).toEqual(call(999))
    table.returned()
    for (const slot of slots) table.leave(slot)
    expect(reader.read()).toEqual({ onThread: undefined, running: [] })
    enter(table, 1)
    expect(reader.read().running).toEqual([call(1)])
  })

  it('has plugin and record of an event with a very long id', () => {
    const { table, reader } = tables()
    const record = `${'t'.repeat(249)}/123@9007199254740991`
    const longest = { plugin: 'p'.repeat(64), record, counted: true }
    table.enter({ ...longest, event: 'ü'.repeat(10_000) })
    expect(reader.read().onThread).toMatchObject(longest)
  })

  it('is visible in a worker thread', async () => {
    const { table } = tables()
    enter(table, 7)
    table.beat()
    const url = new URL('../../../src/watchdog/call-table.ts', import.meta.url)
    const program = `
      const { parentPort, workerData } = require('node:worker_threads')
      import(${JSON.stringify(url.href)}).then(({ CallTable }) => {
        const table = new CallTable(workerData)
        parentPort.postMessage({ beats: table.beats, ...table.read() })
      })`
    const worker = new Worker(program, { eval: true, workerData: table.shared })
    const seen = await new Promise((resolve) => worker.once('message', resolve))
    expect(seen).toEqual({ beats: 1, onThread: call(7), running: [call(7)] })
  })
})
