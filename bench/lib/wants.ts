import type { Event } from '../../src/event/event.ts'
import { nameOf } from '../../src/event/guards.ts'
import type { Plugin } from '../../src/plugin/plugin.ts'

/**
 * `none`: no event of the stream, by a list of names; `none-by-function`: the same by a function.
 * `by-name`: one plugin wants one kind. `by-field`: each a product. `all`.
 */
export type WantsName = 'none' | 'none-by-function' | 'by-name' | 'by-field' | 'all'

/** What one plugin wants: as the service's filter, and as code for other contenders. */
export interface Want {
  slug: string
  filter: Pick<Plugin, 'wants' | 'wantsProcessEvent' | 'where'>
  matches(event: Event): boolean
}

/** About 2 % of the mix. */
const RARE_KIND = 'inventory.wasted'

export function wantsOf(name: WantsName, plugins: number): Want[] {
  return Array.from({ length: plugins }, (_, n) => MAKE[name](n))
}

/** The names that plugins with filters by name want. */
export function namesOf(wants: 'none' | 'by-name', plugins: number): string[] {
  return Array.from({ length: plugins }, (_, n) => nameOfNth(wants, n))
}

function nameOfNth(wants: 'none' | 'by-name', n: number): string {
  return wants === 'by-name' && n === 0 ? RARE_KIND : `stockitem.event-${n}`
}

const MAKE: Record<WantsName, (n: number) => Want> = {
  none: (n) => byName(n, nameOfNth('none', n)),
  'none-by-function': (n) => {
    const name = nameOfNth('none', n)
    return { ...byName(n, name), filter: { wantsProcessEvent: (each) => each === name } }
  },
  'by-name': (n) => byName(n, nameOfNth('by-name', n)),
  'by-field': (n) => ({
    slug: `field-${n}`,
    filter: {
      where: [
        { exact: { 'data.entity.productId': `prod_${n}` } },
        { gt: { 'data.entity.quantity': 0 } },
      ],
    },
    matches(event) {
      const { entity } = event as { entity?: { productId: string; quantity?: number } }
      return entity?.productId === `prod_${n}` && (entity.quantity ?? 0) > 0
    },
  }),
  all: (n) => ({
    slug: `all-${n}`,
    filter: { wantsProcessEvent: (name) => name.startsWith('inventory.') },
    matches: (event) => String(nameOf(event)).startsWith('inventory.'),
  }),
}

function byName(n: number, wanted: string): Want {
  return {
    slug: `name-${n}`,
    filter: { wants: [wanted] },
    matches: (event) => nameOf(event) === wanted,
  }
}
