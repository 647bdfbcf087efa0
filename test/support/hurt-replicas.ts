import { onTestFinished } from 'vitest'
import type { serve } from './serve.ts'
import { until } from './stack.ts'

type Replica = ReturnType<typeof serve>

/** Two replicas of a group. Each round kills one for good, or freezes it until the group has removed it. */
export async function twoReplicas(start: () => Replica, members: () => Promise<unknown[]>) {
  let replicas: [Replica, Replica] = [start(), start()]
  for (const each of replicas) await each.logged('started')
  onTestFinished(() => {
    for (const each of replicas) each.kill('SIGCONT')
  })
  return {
    async hurtOne(round: number): Promise<void> {
      const [one, other] = replicas
      if (round % 2 === 0) {
        one.kill('SIGKILL')
        replicas = [other, start()]
        return
      }
      // Its partitions are given to the other one while it holds work.
      one.kill('SIGSTOP')
      const isAlone = async () => (await members()).length === 1
      await until(isAlone, { what: 'the group to remove the frozen replica' })
      one.kill('SIGCONT')
    },
  }
}
