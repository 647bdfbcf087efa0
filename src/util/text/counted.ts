/** A count with its noun: `1 offset`, `2 offsets`. */
export function counted(count: number, noun: string): string {
  return `${count} ${count === 1 ? noun : `${noun}s`}`
}
