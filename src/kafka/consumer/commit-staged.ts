import type { Staged } from '../../idempotency/staged.ts'
import type { MemberIdentity } from '../member/member-options.ts'
import type { CommitOffsets } from './committer.ts'

/**
 * How a transaction ended.
 * - `aborted`: nothing of it is or will be there; the same may be written by another one.
 * - `unknown`: all of it is there or nothing.
 */
export type TransactionOutcome =
  | { type: 'committed' }
  | { type: 'aborted'; error: Error }
  | { type: 'unknown'; error: Error }

/** Commits offsets, as of a member in its generation, together with what was staged for them. */
export type CommitTogether = (
  staged: Staged,
  member: MemberIdentity,
  offsets: Parameters<CommitOffsets>[0],
) => Promise<TransactionOutcome>

/**
 * Resolves with why nothing was committed, or undefined. Calls `onUnknown` where it may have been: what
 * is in memory can be trusted no more then, only what is read back.
 */
export async function commitStaged(
  staged: Staged,
  commit: () => Promise<TransactionOutcome>,
  onUnknown: (error: Error) => void,
): Promise<Error | undefined> {
  const outcome = await commit()
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
