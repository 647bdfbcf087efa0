import { useEffect, useRef, useState } from 'preact/hooks'
import { type About, type ApiError, request } from './api.ts'

const POLL_MS = 5_000

export interface View<T> {
  data: T | undefined
  /** Why there is nothing newer. */
  error: ApiError | undefined
  /** Newer data waits, because someone is reading or typing here. */
  isHeld: boolean
  /** Shows what waits, and asks again. */
  refresh(): void
}

/**
 * Asks for a view every few seconds. What is shown stays as it is while the pointer or the focus is in it,
 * a text is selected or a dialog is open: nothing moves under the hand.
 */
export function useView<T extends About>(path: string): View<T> {
  const [shown, setShown] = useState<{ path: string; data: T } | undefined>()
  const [error, setError] = useState<ApiError | undefined>()
  const [isHeld, setHeld] = useState(false)
  const [turn, setTurn] = useState(0)
  const isForced = useRef(true)

  useEffect(() => {
    const stopped = new AbortController()
    const ask = async () => {
      try {
        const data = await request<T>(path, undefined, stopped.signal)
        setError(undefined)
        if (!isForced.current && isBusy()) return setHeld(true)
        isForced.current = false
        setHeld(false)
        setShown({ path, data })
      } catch (failure) {
        if (!stopped.signal.aborted) setError(failure as ApiError)
      }
    }
    isForced.current = true
    void ask()
    const timer = setInterval(ask, POLL_MS)
    return () => {
      stopped.abort()
      clearInterval(timer)
    }
  }, [path, turn])

  const data = shown?.path === path ? shown.data : undefined
  return { data, error, isHeld, refresh: () => setTurn((now) => now + 1) }
}

function isBusy(): boolean {
  const main = document.querySelector('main')
  return (
    document.querySelector('dialog[open]') !== null ||
    main?.querySelector('table.data:hover, :focus-visible, input:checked') !== null ||
    (getSelection()?.toString() ?? '') !== ''
  )
}
