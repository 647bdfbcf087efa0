import { expect, it } from 'vitest'
import { CurrentSender } from '../../../../src/kafka/producer/current-sender.ts'

it('opens one other sender for all who find the first one worn out', async () => {
  const opened: { isWornOut: boolean; n: number }[] = []
  const open = async () => {
    const sender = { isWornOut: false, n: opened.length }
    opened.push(sender)
    return sender
  }
  const current = new CurrentSender(await open(), open)
  expect(current.fresh()).toBe(opened[0])
  opened[0]!.isWornOut = true
  const senders = await Promise.all([current.fresh(), current.fresh(), current.fresh()])
  expect(senders.map(({ n }) => n)).toEqual([1, 1, 1])
  expect(current.last.n).toBe(1)
  opened[1]!.isWornOut = true
  expect((await current.fresh()).n).toBe(2)
})

it('tries again after it could not open one', async () => {
  let fails = true
  const first = { isWornOut: true }
  const second = { isWornOut: false }
  const open = async () => {
    if (fails) throw new Error('no broker')
    return second
  }
  const current = new CurrentSender(first, open)
  await expect(current.fresh()).rejects.toThrow('no broker')
  expect(current.last).toBe(first)
  fails = false
  expect(await current.fresh()).toBe(second)
})
