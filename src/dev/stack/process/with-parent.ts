/** Preloaded by what `dev` and `demo` run: it ends with its parent, even if that is killed. */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
process.channel?.unref()
