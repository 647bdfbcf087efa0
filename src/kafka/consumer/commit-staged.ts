import type { Staged } from '../../idempotency/staged.ts'
import type { MemberIdentity } from '../member/group-member.ts'
import type { TransactionContent, Transactions } from '../transactions/transactions.ts'
import type { PartitionRecords } from '../transactions/write-in-transaction.ts'

/** Commits offsets together with what was staged for them. */
export interface TransactionalCommits {
  transactions: Pick<Transactions, 'commit'>
  recordsOf(staged: Staged): PartitionRecords[]
}

/**
 * One transaction. Resolves with why nothing of it was committed, or undefined. Calls `onUnknown` where
 * it may have been: what is in memory can be trusted no more then, only what is read back.
 */
export async function commitStaged(
  staged: Staged,
  offsets: TransactionContent['offsets'],
  member: MemberIdentity,
  { transactions, recordsOf }: TransactionalCommits,
  onUnknown: (error: Error) => void,
): Promise<Error | undefined> {
  const outcome = await transactions.commit({ writes: recordsOf(staged), member, offsets })
  switch (outcome.type) {
    case 'committed':
      return undefined
    case 'aborted':
      staged.putBack()
      return outcome.error
    case 'unknown':
      onUnknown(outcome.error)
      return outcome.error
  }
}
