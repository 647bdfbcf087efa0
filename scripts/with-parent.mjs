// Runs the CLI from its sources, and ends when the parent process is gone, even if that was killed.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
process.channel.unref()

await import('../src/cli/main.ts')
