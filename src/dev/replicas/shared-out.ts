/** Whether every replica owns a partition and every partition has exactly one owner. */
export function isSharedOut(owned: readonly string[][], all: readonly string[]): boolean {
  const partitions = owned.flat()
  const areAll = new Set(partitions).size === all.length && partitions.length === all.length
  return areAll && owned.every(({ length }) => length > 0)
}
