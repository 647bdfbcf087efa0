/** Calls back on the first SIGINT or SIGTERM. A second one exits the process immediately. */
export function onInterrupt(callback: () => void) {
  let count = 0
  const signals = ['SIGINT', 'SIGTERM'] as const
  const listen = () => {
    count++
    if (count > 1) process.exit(130)
    callback()
  }
  for (const signal of signals) process.on(signal, listen)
  return {
    happened: () => count > 0,
    end() {
      for (const signal of signals) process.off(signal, listen)
    },
  }
}
