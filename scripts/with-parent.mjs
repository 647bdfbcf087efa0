// The sources, in a process that ends where its parent was killed and could not say so.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
process.channel.unref()

await import('../src/cli/main.ts')
