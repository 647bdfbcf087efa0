import { setTimeout as wait } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { controlTopicOf } from '../../src/topics/names.ts'
import { groupMembers, withAdmin } from '../support/group.ts'
import { runCli } from '../support/run-cli.ts'
import { pluginPath, serve } from '../support/serve.ts'
import { situation } from '../support/service-kit.ts'
import { kafkaClient, until } from '../support/stack.ts'
import { startCli } from '../support/start-cli.ts'
import { steadyNotes } from '../support/steady-notes.ts'

const ENTITIES = 12
/** Rarer than the command can handle them, on a busy machine too, so that it comes to its end. */
const ARRIVE_MS = 250
/** What a replica has to read before it hears of the pause: a few requests long, in which it takes events in. */
const LENGTHY = Array.from({ length: 190 }, () => ({
  key: 'committed:none/0',
  value: 'x'.repeat(5_000),
}))

it('a replica that is frozen while its plugin is paused at the end of a catch-up loses it no event', async () => {
  const notes = steadyNotes()
  const s = await situation({
    ...{ plugins: [], store: 'kafka:', registered: true },
    settings: {
      PLUGINS: pluginPath('plugins/steady'),
      // The group keeps the replica as long as it is frozen.
      SESSION_TIMEOUT_MS: '60000',
      NOTES: notes.file,
    },
  })
  const control = controlTopicOf(s.groupId)
  const replica = serve(s.settings)
  onTestFinished(() => void replica.kill('SIGCONT'))
  await replica.logged('started')
  const switches = () => replica.log().filter(({ msg }) => msg === 'switch changed')
  expect((await runCli(['plugins', 'disable', 'steady'], { env: s.settings })).code).toBe(0)
  await until(() => switches().length === 1, { what: 'the replica to skip events' })

  const producer = kafkaClient().producer({ idempotent: true })
  await producer.connect()
  onTestFinished(() => producer.disconnect())
  let isArriving = true
  onTestFinished(() => {
    isArriving = false
  })
  const arriving = (async () => {
    while (isArriving) {
      await producer.send({ topic: s.topic, messages: notes.next(ENTITIES, 1).map(s.record) })
      await wait(ARRIVE_MS)
    }
  })()
  // What ends the test is another error.
  arriving.catch(() => undefined)
  await until(() => notes.total() > ENTITIES * 10, { what: 'missed events' })

  await notes.hold()
  const enabling = startCli(['plugins', 'enable', 'steady', '--from', '1h', '--yes'], s.settings)
  onTestFinished(() => void enabling.child.kill('SIGKILL'))
  const early = enabling.ended.then((code) => {
    throw new Error(`exit ${code} too early: ${enabling.output.out}${enabling.output.err}`)
  })
  const isInRound = async () => (await notes.read()).some(({ pid }) => pid === enabling.child.pid)
  await Promise.race([early, until(isInRound, { what: 'the command to deliver' })])
  replica.kill('SIGSTOP')
  for (let n = 0; n < 4; n++) await producer.send({ topic: control, messages: LENGTHY })
  await notes.letGo()
  const isPaused = () => enabling.output.out.includes('steady: paused')
  await Promise.race([early, until(isPaused, { what: 'the pause' })])
  // The command waits for replicas to hear of the pause before it extends its plan to the end.
  await notes.hold()
  await withAdmin(async (admin) => {
    const end = async () => Number((await admin.fetchTopicOffsets(control))[0]!.high)
    const before = await end()
    await until(async () => (await end()) > before, { what: 'the end of the plan' })
  })
  replica.kill('SIGCONT')
  await until(() => switches().length === 2, { what: 'the replica to hear of the pause' })
  await notes.letGo()
  expect(await enabling.ended).toBe(0)

  isArriving = false
  await arriving
  await until(async () => (await notes.handled()) === notes.total(), { what: 'all events' })
  await s.caughtUp()
  await notes.expectPromises(new Set())
  expect(await groupMembers(s.groupId, s.topic)).toHaveLength(1)
  expect(replica.log().filter(({ msg }) => msg.startsWith('lost the membership'))).toEqual([])
})
