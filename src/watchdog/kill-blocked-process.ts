import inspector from 'node:inspector'

/** A main thread that is blocked outside of JavaScript cannot be interrupted, only killed. */
const KILL_AFTER_MS = 5_000
const FRAMES = 5

interface Frame {
  functionName: string
  location: { scriptId: string; lineNumber: number }
}

/**
 * Ends the process with exit code 1 from another thread while its main thread is blocked. Only the
 * main thread can end a process with an exit code, so it is paused through the inspector and made
 * to exit. `onWhere` gets the innermost stack frames of the main thread, innermost first. A thread
 * that is blocked outside of JavaScript cannot be paused: then the process gets SIGKILL after 5 s.
 */
export function killBlockedProcess(onWhere: (lines: string[]) => void): void {
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), KILL_AFTER_MS)
  const urls = new Map<string, string>()
  const session = new inspector.Session()
  session.connectToMainThread()
  session.on('Debugger.scriptParsed', ({ params }) => {
    urls.set(params.scriptId, params.url)
  })
  session.on('Debugger.paused', ({ params }) => {
    const { callFrames } = params
    onWhere(callFrames.slice(0, FRAMES).map((frame) => lineOf(frame, urls)))
    const callFrameId = callFrames[0]?.callFrameId ?? ''
    // `process.exit` would call the exit listeners, which may be what blocks the thread.
    const expression = 'globalThis.process.reallyExit(1)'
    session.post('Debugger.evaluateOnCallFrame', { callFrameId, expression })
  })
  session.post('Debugger.enable')
  session.post('Debugger.pause')
}

function lineOf({ functionName, location }: Frame, urls: Map<string, string>): string {
  const place = `${urls.get(location.scriptId) ?? '?'}:${location.lineNumber + 1}`
  return functionName === '' ? place : `${functionName} (${place})`
}
