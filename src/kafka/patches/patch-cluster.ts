import type { PartitionAssigner } from 'kafkajs'

/**
 * An assigner that also changes the cluster of its consumer: kafkajs hands that to assigners, and
 * asks it for every broker. No public contract of kafkajs, so tests against the pinned version guard
 * what is changed.
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

/** A function that changes each object once, however often it meets it. */
export function patchOnce<T extends object>(change: (object: T) => void): (object: T) => T {
  const changed = new WeakSet<T>()
  return (object) => {
    if (!changed.has(object)) change(object)
    changed.add(object)
    return object
  }
}
