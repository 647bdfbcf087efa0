import type { PartitionAssigner } from 'kafkajs'

/**
 * An assigner that also patches its consumer's cluster object, which kafkajs passes to assigners
 * and gets every broker from. That is not public API, so tests against the pinned version guard
 * each patch.
 */
export function patchCluster<C>(
  assigner: PartitionAssigner,
  change: (cluster: C) => void,
): PartitionAssigner {
  return (config) => {
    change(config.cluster as unknown as C)
    return assigner(config)
  }
}

/** A function that applies `change` once to each object. */
export function patchOnce<T extends object>(change: (object: T) => void): (object: T) => T {
  const changed = new WeakSet<T>()
  return (object) => {
    if (!changed.has(object)) change(object)
    changed.add(object)
    return object
  }
}
