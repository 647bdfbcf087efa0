import { recorded } from '../../../src/dev/replicas/recorder.ts'
import type { Plugin } from '../../../src/plugin/plugin.ts'

/** The plugin, recording its effects for the suite. */
export function underWatch(plugin: Plugin): Plugin {
  const folder = process.env.FAULTS_FOLDER
  if (folder === undefined) throw new Error('FAULTS_FOLDER must name the folder of effects')
  dieWithSuite()
  return recorded(plugin, folder)
}

/** Ends this process when the suite ends, even if it was killed. */
export function dieWithSuite(): void {
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))
}
