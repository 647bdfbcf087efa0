import type { Step } from '../steps/step.ts'
import { FORGED } from '../world/letters.ts'
import type { Play } from './player.ts'

/** A record in the dead-letter topic that the service did not write, with a header that is odd. */
export async function forge(
  { header, value }: Extract<Step, { do: 'forge' }>,
  { world }: Play,
): Promise<void> {
  const headers = {
    'dlq.plugin': 'every',
    'dlq.topic': world.topic,
    'dlq.partition': '0',
    'dlq.offset': '0',
    'dlq.timestamp': '0',
    'dlq.group': world.groupId,
    'dlq.reason': 'exhausted',
    [FORGED]: '1',
    [header]: value,
  }
  await world.producer.send({
    topic: `${world.topic}.dead-letters`,
    messages: [{ partition: 0, key: null, value: null, headers }],
  })
}
