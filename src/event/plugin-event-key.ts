import type { PluginEvent } from './event.ts'

/** The model that an event is about, and the keyword argument that holds its primary key. */
type Reference = readonly [model: string, kwarg: string]

/** Events whose prefix is their model, and whose `id` is that model's primary key. */
const MODELS = new Set([
  'build',
  'stockitem',
  'purchaseorder',
  'salesorder',
  'salesordershipment',
  'returnorder',
  'transferorder',
  'repairorder',
])

/** Events that name their object in another way. The first argument that is present counts. */
const EXCEPTIONS: ReadonlyMap<string, readonly Reference[]> = new Map<string, Reference[]>([
  ['build.overdue_build_order', [['build', 'build_order']]],
  // An output of a build order is a stock item; `build_id` only says where it came from.
  ['buildoutput.created', [['stockitem', 'id']]],
  ['buildoutput.completed', [['stockitem', 'id']]],
  ['purchaseorderitem.received', [['purchaseorder', 'order_id']]],
  ['plugin_activated', [['plugin', 'slug']]],
])

/** `order.overdue_…` does not name the model; some releases name a return order's argument wrongly. */
const OVERDUE_ORDERS: readonly Reference[] = [
  ['purchaseorder', 'purchase_order'],
  ['salesorder', 'sales_order'],
  ['returnorder', 'return_order'],
  ['transferorder', 'transfer_order'],
  ['repairorder', 'repair_order'],
]

/** Tables that are not named after their model. */
const MODEL_OF_TABLE: ReadonlyMap<string, string> = new Map([
  ['part_partparameter', 'parameter'],
  ['part_partparametertemplate', 'parametertemplate'],
])

const GENERIC = /^([a-z0-9]+_[a-z0-9_]+)\.(?:created|saved|deleted)$/

/**
 * `<model>:<pk>` of the object that a plugin event is about: the same for generic and specific events
 * of an object. Undefined for an event about several objects or none.
 */
export function pluginEventKey(event: PluginEvent): string | undefined {
  return references(event)
    .map(([model, kwarg]) => keyOf(model, event.kwargs[kwarg]))
    .find((key) => key !== undefined)
}

function references(event: PluginEvent): readonly Reference[] {
  const { name } = event
  const exception = EXCEPTIONS.get(name)
  if (exception !== undefined) return exception
  if (name.startsWith('order.overdue_')) return OVERDUE_ORDERS
  const prefix = name.slice(0, name.indexOf('.'))
  const model = MODELS.has(prefix) ? prefix : modelOf(event)
  return model === undefined ? [] : [[model, 'id']]
}

/** The model of a generic event: its argument `model`, otherwise derived from its table's name. */
function modelOf({ name, kwargs }: PluginEvent): string | undefined {
  if (typeof kwargs.model === 'string' && kwargs.model !== '') {
    return kwargs.model.toLowerCase()
  }
  const table = GENERIC.exec(name)?.[1]
  if (table === undefined) return undefined
  return MODEL_OF_TABLE.get(table) ?? table.slice(table.indexOf('_') + 1)
}

function keyOf(model: string, pk: unknown): string | undefined {
  const usable = Number.isSafeInteger(pk) || (typeof pk === 'string' && pk !== '')
  return usable ? `${model}:${pk}` : undefined
}
