import { expect, it } from 'vitest'
import { Cleanup } from '../../../../src/dev/demo/cleanup.ts'

it('runs steps in reverse order, once, and continues after a failure', async () => {
  const done: string[] = []
  const said: string[] = []
  const undo = new Cleanup((message) => said.push(message))
  undo.add('end the stack', async () => done.push('stack'))
  undo.add('delete topics', () => Promise.reject(new Error('no broker')))
  undo.add('stop replica-1', async () => done.push('replica'))
  await undo.run()
  await undo.run()
  expect(done).toEqual(['replica', 'stack'])
  expect(said).toEqual(['could not delete topics: no broker'])
})
