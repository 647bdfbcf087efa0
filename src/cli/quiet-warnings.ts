/**
 * On Node 24 kafkajs draws a warning from every process, about a timer with a negative delay that
 * is harmless. The others are printed as ever.
 */
export function quietKnownWarnings(): void {
  const printers = process.listeners('warning')
  process.removeAllListeners('warning')
  process.on('warning', (warning) => {
    if (warning.name === 'TimeoutNegativeWarning') return
    for (const print of printers) print(warning)
  })
}
