import type { LoadedBatch, LoadedPlugin } from '../../plugin/loaded-plugin.ts'
import { RETURN } from '../../plugin/returns/returns.ts'
import { Failure } from '../../util/failure/failure.ts'
import type { Delivery } from '../delivery.ts'
import type { HandlerResult } from '../handle/handler-result.ts'
import type { Member, Members } from './member.ts'
import { callSplitting, type PieceResult } from './split.ts'
import type { createTransactBatch, TransactedResult } from './transact-batch.ts'

export interface BatchRunPorts {
  plugin: LoadedPlugin
  batch: LoadedBatch
  /** For a delivery that must not be called now, what its turn waits for. */
  holdUp(member: Member): Promise<void> | undefined
  transactBatch: ReturnType<typeof createTransactBatch>
  /** The delivery failed in a call of its own. */
  onFailedAlone(delivery: Delivery): void
}

const CLAIM_LOST = new Failure('the claim of this event has passed to another owner')
const NOW = Promise.resolve()

/**
 * One batch, from its first call until every event has a result. After an event that has not completed,
 * those of the same entity are not called: they come again after it.
 */
export class BatchRun {
  #ports: BatchRunPorts
  /** Lanes that have an event that has not completed. */
  #blocked = new Set<string>()
  /** How the last call failed. */
  #failure: HandlerResult | undefined

  constructor(ports: BatchRunPorts) {
    this.#ports = ports
  }

  run(members: readonly Member[]): Promise<void> {
    return callSplitting(members, {
      ready: (piece) => piece.filter((member) => this.#isReady(member)),
      call: (piece) => this.#call(piece as Members),
      fail: (member) => {
        this.#ports.onFailedAlone(member.delivery)
        this.#block(member, this.#failure as HandlerResult)
      },
    })
  }

  #isReady(member: Member): boolean {
    const { claim, lane } = member.delivery
    const until = this.#blocked.has(lane) ? NOW : this.#ports.holdUp(member)
    if (until !== undefined) this.#block(member, { type: 'deferred', until })
    else if (claim?.lost?.aborted) this.#block(member, { type: 'interrupted', error: CLAIM_LOST })
    else return true
    return false
  }

  async #call(members: Members): Promise<PieceResult<Member>> {
    const { plugin, batch, transactBatch } = this.#ports
    const result = await transactBatch(plugin, batch, members)
    if (result.type !== 'returned' && members.some(isLost)) return again(members)
    switch (result.type) {
      case 'returned':
        for (const member of members) this.#end(member, result)
        return { type: 'ended' }
      case 'rolled-back':
        return again(members.filter((member) => !this.#isLeftOut(member, result)))
      case 'interrupted':
        uncount(members)
        for (const member of members) member.end(result)
        return { type: 'ended' }
      case 'threw':
      case 'timed-out':
        this.#failure = result
        if (members.length > 1) uncount(members)
        return { type: 'failed' }
    }
  }

  #end(member: Member, { outcomes }: Extract<TransactedResult, { type: 'returned' }>): void {
    const value = outcomes.get(member.event)
    if (value?.[RETURN] === 'retry-after') this.#block(member, { type: 'returned', value })
    else member.end({ type: 'returned', value })
  }

  /** Ends an event that is not to be kept, because it was rejected or is to come later. */
  #isLeftOut(member: Member, result: Extract<TransactedResult, { type: 'rolled-back' }>): boolean {
    const verb = result.outcomes.get(member.event)?.[RETURN]
    if (verb === undefined || verb === 'skip' || this.#blocked.has(member.delivery.lane))
      return false
    this.#end(member, { ...result, type: 'returned' })
    return true
  }

  #block(member: Member, result: HandlerResult): void {
    this.#blocked.add(member.delivery.lane)
    member.end(result)
  }
}

function again(members: readonly Member[]): PieceResult<Member> {
  uncount(members)
  return { type: 'again', rest: members }
}

/** The call was none of these events' attempts. */
function uncount(members: readonly Member[]): void {
  for (const { delivery } of members) delivery.attempts -= 1
}

function isLost({ delivery: { wanted, claim } }: Member): boolean {
  return wanted.epoch.lost.aborted || claim?.lost?.aborted === true
}
