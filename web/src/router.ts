import { useEffect, useState } from 'preact/hooks'

const CHANGED = 'console:navigated'

/** The path and the query now; the address says everything that is shown. */
export function useLocation(): { path: string; query: URLSearchParams } {
  const [, setTurn] = useState(0)
  useEffect(() => {
    const changed = () => setTurn((turn) => turn + 1)
    for (const name of ['popstate', CHANGED]) addEventListener(name, changed)
    return () => {
      for (const name of ['popstate', CHANGED]) removeEventListener(name, changed)
    }
  }, [])
  return { path: location.pathname, query: new URLSearchParams(location.search) }
}

export function navigate(to: string, { replace = false } = {}): void {
  history[replace ? 'replaceState' : 'pushState'](null, '', to)
  dispatchEvent(new Event(CHANGED))
}

/** Follows links of the page without loading it again. */
export function followLinks(): void {
  addEventListener('click', (event) => {
    const link = (event.target as Element | null)?.closest?.('a')
    if (!link || event.defaultPrevented || event.button !== 0) return
    if (event.metaKey || event.ctrlKey || event.shiftKey || link.origin !== location.origin) return
    if (link.target !== '' || link.hash !== '') return
    event.preventDefault()
    navigate(link.pathname + link.search)
    document.querySelector('main')?.focus()
    scrollTo(0, 0)
  })
}
