import type { Row } from './panel.ts'
import { gateway } from './rows-gateway.ts'
import { decode, fetch, order, route } from './rows-intake.ts'
import { commit, handle, retry, scaling } from './rows-outcome.ts'
import { replicas, runtime } from './rows-process.ts'

export const rows: readonly Row[] = [
  gateway,
  fetch,
  route,
  decode,
  order,
  handle,
  retry,
  commit,
  replicas,
  scaling,
  runtime,
]
