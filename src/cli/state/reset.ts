import { storeChoice } from '../../config/value-types.ts'
import { memberCount } from '../../kafka/admin/group-members.ts'
import { audited } from '../../operate/audited.ts'
import { membersText } from '../../replay/members-text.ts'
import { counted } from '../../util/text/counted.ts'
import { foreignText } from '../../util/text/foreign-text.ts'
import { type AuditOptions, auditOf, byCommand } from '../shared/audit.ts'
import { print, usage } from '../shared/output.ts'
import { type StateParts, withStates } from './parts.ts'
import { stateLines } from './state-text.ts'

export interface ResetOptions extends AuditOptions {
  yes?: true
}

export function resetStates(
  plugin: string,
  key: string | undefined,
  { yes, ...audit }: ResetOptions,
): Promise<void> {
  return withStates(plugin, async (parts) => {
    const what = key === undefined ? '' : ` of ${foreignText(key)}`
    if (yes === undefined) {
      let count = 0
      await parts.read(key, (state) => {
        count += 1
        if (key !== undefined) print(stateLines(state))
      })
      print(`${plugin}: remembers ${counted(count, 'state')}${what}`)
      if (count > 0) print('Dry run. Add --yes to reset.')
      return
    }
    const { kafka, config } = parts
    const isHeldByReplicas = storeChoice(config.IDEMPOTENCY_STORE).kind === 'kafka'
    if (isHeldByReplicas) await requireStopped(parts, 'stop them first')
    // A mistyped slug is an error, not a plugin that remembers nothing.
    await parts.read(key, () => {})
    const query = { plugin, ...(key !== undefined && { key: Buffer.from(key) }) }
    const action = {
      action: 'state reset',
      what: [key === undefined ? plugin : `${plugin} ${key}`],
      actor: byCommand(auditOf(audit)),
    } as const
    const count = await audited({ kafka, groupId: config.KAFKA_GROUP_ID }, action, async () => {
      const forgotten = await parts.states.reset(query, parts.signal)
      if (isHeldByReplicas) await requireStopped(parts, JOINED)
      return forgotten
    })
    print(`${plugin}: forgot ${counted(count, 'state')}${what}`)
  })
}

const JOINED = 'they joined meanwhile and may have read the old states: stop them, and run it again'

/** A replica would write what it has in memory over what is reset. */
async function requireStopped({ kafka, config }: StateParts, what: string): Promise<void> {
  const { KAFKA_GROUP_ID: groupId, SESSION_TIMEOUT_MS } = config
  const members = await memberCount(kafka, groupId)
  if (members === 0) return
  const why = 'replicas hold what they remember in memory, so none may run during a reset'
  throw usage(`${membersText(groupId, members, SESSION_TIMEOUT_MS)}: ${why}; ${what}`)
}
