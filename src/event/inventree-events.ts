/**
 * The names of InvenTree's specific events, those of older releases included. Any other name is
 * allowed too: a plugin of InvenTree may trigger its own.
 */
export const INVENTREE_EVENTS = [
  ...of('build', ['hold', 'issued', 'cancelled', 'completed']),
  ...of('build', ['overdue_build_order', 'stock_required']),
  ...of('buildoutput', ['created', 'completed']),
  ...of('stockitem', ['assignedtocustomer', 'returnedtostock', 'returnedfromcustomer', 'split']),
  ...of('stockitem', ['moved', 'counted', 'quantityupdated', 'installed', 'disassembled']),
  ...of('stockitem', ['created_items']),
  ...of('purchaseorder', ['placed', 'completed', 'cancelled', 'hold', 'onhold']),
  ...of('purchaseorderitem', ['received']),
  ...of('salesorder', ['issued', 'hold', 'onhold', 'completed', 'cancelled']),
  ...of('salesordershipment', ['completed']),
  ...of('returnorder', ['issued', 'received', 'completed', 'cancelled', 'hold', 'onhold']),
  ...of('transferorder', ['placed', 'completed', 'cancelled', 'hold']),
  ...of('order', ['overdue_purchase_order', 'overdue_sales_order']),
  'plugins_loaded',
  'plugin_activated',
] as const

export type InventreeEvent = (typeof INVENTREE_EVENTS)[number]

/** What happens to the rows of any table: `stock_stockitem.saved`. */
export const GENERIC_SUFFIXES = ['created', 'saved', 'deleted'] as const

/** The table of a generic event's name. */
export const TABLE = /^[a-z0-9]+_[a-z0-9_]+$/

function of<Prefix extends string, const Suffix extends string>(
  prefix: Prefix,
  suffixes: readonly Suffix[],
): `${Prefix}.${Suffix}`[] {
  return suffixes.map((suffix) => `${prefix}.${suffix}` as const)
}
