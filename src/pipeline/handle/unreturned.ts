import type { Made } from '../../plugin/returns/made-returns.ts'
import { type HandlerReturn, RETURN } from '../../plugin/returns/returns.ts'
import { Failure, limited } from '../../util/failure/failure.ts'
import { framesOf, likelyPlace } from '../../util/failure/frames.ts'

const WHY_MAX = 200

/** Why a call failed that made this and did not return it. */
export function unreturned(made: object): Failure {
  return new Failure(textOf(made as HandlerReturn))
}

/** The same for what some call made after an `await`, with its place if that is known. */
export function unreturnedAt({ value, trace }: Made): Failure {
  const at = likelyPlace(framesOf(trace?.stack ?? '', ''))
  return new Failure(textOf(value as HandlerReturn), at === undefined ? {} : { at })
}

function textOf(made: HandlerReturn): string {
  const why = JSON.stringify(limited(String(made.why), WHY_MAX))
  const isDelay = made[RETURN] === 'retry-after'
  const name = isDelay ? 'retryAfter' : made[RETURN]
  const call = isDelay ? `${name}(${made.delayMs}, ${why})` : `${name}(${why})`
  return `the handler called ${call} and did not return it: write return ${name}(...)`
}
