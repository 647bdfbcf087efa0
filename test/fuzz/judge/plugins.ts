import type { EventJson, Slug } from '../steps/step.ts'

/** What the plugins of `test/fuzz/plugins` want, and what they do. */
export const SLUGS: readonly Slug[] = ['every', 'moves', 'flaky']

export function wants(slug: Slug, name: string, event: EventJson): boolean {
  switch (slug) {
    case 'every':
      return true
    case 'moves':
      return name === 'inventory.moved' && quantityOf(event) >= 10
    case 'flaky':
      return name === 'inventory.wasted'
  }
}

function quantityOf({ entity }: EventJson): number {
  const { quantity } = entity as { quantity?: number }
  return quantity ?? Number.NEGATIVE_INFINITY
}

export interface Result {
  /** Calls of the handler. */
  attempts: number
  letter: 'exhausted' | 'rejected' | undefined
}

export function resultOf(slug: Slug, id: string): Result {
  if (slug !== 'flaky') return { attempts: 1, letter: undefined }
  if (id.endsWith('~fail')) return { attempts: 2, letter: 'exhausted' }
  if (id.endsWith('~once')) return { attempts: 2, letter: undefined }
  return { attempts: 1, letter: id.endsWith('~reject') ? 'rejected' : undefined }
}
