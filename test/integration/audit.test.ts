import { expect, it } from 'vitest'
import type { AuditEntry } from '../../src/control/audit-record.ts'
import { reject } from '../../src/plugin/returns/returns.ts'
import { auditTopicOf } from '../../src/topics/names.ts'
import { auditOf } from '../support/audit.ts'
import { moved } from '../support/events.ts'
import { runCli } from '../support/run-cli.ts'
import { situation } from '../support/service-kit.ts'
import { removeTopic } from '../support/topic-admin.ts'

const refusing = { slug: 'refusing', processEvent: () => reject('it is asked to') }

it('has who did what, when and why, before and after', async () => {
  const s = await situation({ plugins: [refusing] })
  const service = await s.start()
  await s.publish(['ent_1', 'ent_2', 'ent_3'].map((entity) => moved(entity)))
  await s.caughtUp()
  await service.stop()
  const by = ['--by', 'ana', '--why', 'a test; `rm`']
  const env = s.settings
  const list = await runCli(['dead-letters', 'list', '--json'], { env })
  const [first] = JSON.parse(list.stdout).map(({ place }: { place: string }) => place)
  const commands = [
    ['events', 'off', ...by],
    ['plugins', 'pause', 'refusing', ...by],
    ['plugins', 'pause', 'refusing', ...by],
    ['dead-letters', 'discard', first, ...by, '--yes'],
    ['dead-letters', 'discard', first, ...by],
    ['dead-letters', 'redrive', ...by, '--yes'],
  ]
  for (const command of commands) expect(await runCli(command, { env })).toMatchObject({ code: 0 })

  const entries = await auditOf(s.groupId)
  const row = ({ action, phase, what, count }: AuditEntry) => [action, phase, what, count]
  expect(entries.map(row)).toEqual([
    ['events off', 'begun', [], null],
    ['events off', 'done', [], null],
    ['plugins pause', 'begun', ['refusing'], null],
    ['plugins pause', 'done', ['refusing'], null],
    ['dead-letters discard', 'begun', [first], 1],
    ['dead-letters discard', 'done', [first], 1],
    ['dead-letters redrive', 'begun', ['refusing rejected: 2'], 2],
    ['dead-letters redrive', 'done', ['refusing rejected: 2'], 2],
  ])
  for (const entry of entries) {
    expect(entry).toMatchObject({ by: 'ana', why: 'a test; `rm`', via: 'command', error: null })
    expect(Date.parse(entry.at)).toBeGreaterThan(Date.now() - 300_000)
  }
  expect(new Set(entries.map(({ id }) => id)).size).toBe(4)
})

it('that is missing keeps anything from being done', async () => {
  const s = await situation({ plugins: [refusing] })
  const topic = auditTopicOf(s.groupId)
  await removeTopic(topic)
  const env = s.settings
  const refused = await runCli(['plugins', 'pause', 'refusing'], { env })
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(refused.stderr).toBe(
    `error: ${topic}: topic does not exist; create it with "inventory-events topics create"; nothing is done that can't be recorded there\n`,
  )
  const states = await runCli(['plugins', 'list', '--states'], { env })
  expect(states.stdout).not.toContain('paused')
  // Without it, nothing is written: the commands that only read need no audit.
  expect(await runCli(['dead-letters', 'redrive', '--yes'], { env })).toMatchObject({ code: 0 })
})
