import { readFileSync } from 'node:fs'
import type { Bench } from './bench.ts'
import { type DecodingClient, decodingClient } from './decoding-client.ts'
import { findGo } from './go.ts'

const MODULES = readFileSync(new URL('../go/go.mod', import.meta.url), 'utf8')

export const FRANZ_GO_VERSION = /\/franz-go v(\S+)/.exec(MODULES)?.[1] ?? 'unknown'

export async function franzGo(
  bench: Bench,
  wants: 'none' | 'by-name',
  plugins: number,
): Promise<DecodingClient> {
  return decodingClient('franz-go', await findGo(), bench, { wants, plugins })
}
