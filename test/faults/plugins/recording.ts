import { recorded } from '../../../src/dev/replicas/recorder.ts'
import type { Plugin } from '../../../src/plugin/plugin.ts'

/** The plugin, leaving its effects where the suite reads them. */
export function underWatch(plugin: Plugin): Plugin {
  const folder = process.env.FAULTS_FOLDER
  if (folder === undefined) throw new Error('FAULTS_FOLDER must name the folder of effects')
  dieWithSuite()
  return recorded(plugin, folder)
}

/** When the suite has gone, however it went, there is nothing left to finish. */
export function dieWithSuite(): void {
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))
}
