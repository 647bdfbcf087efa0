import inspector from 'node:inspector'
import { type Frame, isForeign, linesOf } from './blocked-at.ts'

/**
 * A main thread that is blocked outside of JavaScript cannot be interrupted, only killed. The limit
 * leaves a busy machine enough time to pause the thread.
 */
const KILL_AFTER_MS = 15_000
/**
 * After these steps, or this time, wherever the thread is will do. Some 50 steps of 5 ms lead through
 * Node's code between two ticks; on a busy machine a step takes ten times as long.
 */
const STEPS_MAX = 500
const SEARCH_MS = 10_000
const PAUSE_EVERY_MS = 200

/**
 * Ends the process with exit code 1 from another thread while its main thread is blocked. Only the
 * main thread can end a process with an exit code, so it is paused through the inspector and made
 * to exit. `onWhere` gets the innermost stack frames of the main thread, innermost first. A thread
 * that is blocked outside of JavaScript cannot be paused: then the process gets SIGKILL after 15 s.
 */
export function killBlockedProcess(onWhere: (lines: string[]) => void): void {
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), KILL_AFTER_MS)
  const searchUntilMs = performance.now() + SEARCH_MS
  let steps = 0
  const urls = new Map<string, string>()
  const session = new inspector.Session()
  session.connectToMainThread()
  session.on('Debugger.scriptParsed', ({ params }) => {
    urls.set(params.scriptId, params.url)
  })
  session.on('Debugger.paused', ({ params: { callFrames } }) => {
    const stack = callFrames.map((frame) => frameOf(frame, urls))
    // Code that blocks in small pieces may be paused between two of them, in code of Node.
    const isSearching = steps < STEPS_MAX && performance.now() < searchUntilMs
    if (isSearching && !stack.some(isForeign)) {
      steps += 1
      return session.post('Debugger.stepInto')
    }
    clearInterval(pausing)
    onWhere(linesOf(stack))
    const callFrameId = callFrames[0]?.callFrameId ?? ''
    // `process.exit` would call the exit listeners, which may be what blocks the thread.
    const expression = 'globalThis.process.reallyExit(1)'
    session.post('Debugger.evaluateOnCallFrame', { callFrameId, expression })
  })
  const pause = () => session.post('Debugger.pause')
  session.post('Debugger.enable')
  pause()
  // A step may lead out of all code, which does not stop the thread again.
  const pausing = setInterval(pause, PAUSE_EVERY_MS)
}

function frameOf(
  { functionName, location }: inspector.Debugger.CallFrame,
  urls: Map<string, string>,
): Frame {
  return { functionName, url: urls.get(location.scriptId) ?? '', line: location.lineNumber + 1 }
}
