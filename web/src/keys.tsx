import { useEffect, useRef, useState } from 'preact/hooks'

const STORED = 'console:keys'
const ROWS = 'main table.data tbody tr, main .attention li'
const SEARCH = 'main input[type="search"]'
/** Where letters are text. */
const TYPED = 'input, textarea, select, [contenteditable]'

const KEYS: [key: string, what: string][] = [
  ['/', 'to the search of the page'],
  ['j', 'to the next row'],
  ['k', 'to the row before'],
  ['Enter', 'opens what the row leads to'],
  ['Esc', 'leaves the row or the search'],
  ['?', 'shows these keys'],
]

/** The button and dialog of the keys, which act on the whole page unless they are switched off. */
export function Keys() {
  const [isOn, setOn] = useState(areOn)
  const dialog = useRef<HTMLDialogElement>(null)
  const show = () => dialog.current?.showModal()
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
      if (document.querySelector('dialog[open]') !== null) return
      if (act(event, show)) event.preventDefault()
    }
    addEventListener('keydown', pressed)
    return () => removeEventListener('keydown', pressed)
  }, [])
  const change = (on: boolean) => {
    localStorage.setItem(STORED, on ? 'on' : 'off')
    setOn(on)
  }
  return (
    <>
      <button type="button" class="quiet" aria-label="Keys" title="Keys" onClick={show}>
        ?
      </button>
      <dialog ref={dialog} aria-labelledby="keys-title">
        <h2 id="keys-title">Keys</h2>
        <dl class="keys">
          {KEYS.map(([key, what]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
        <label class="check">
          <input
            type="checkbox"
            checked={isOn}
            onChange={({ currentTarget: { checked } }) => change(checked)}
          />{' '}
          Single keys act
        </label>
        <div class="buttons">
          <button type="button" autofocus onClick={() => dialog.current?.close()}>
            Close
          </button>
        </div>
      </dialog>
    </>
  )
}

/** Whether the keys that are letters act. */
function areOn(): boolean {
  return localStorage.getItem(STORED) !== 'off'
}

/** Whether the key meant something. Enter and Escape are no letters, so they always do. */
function act({ key, target }: KeyboardEvent, showKeys: () => void): boolean {
  const at = target as HTMLElement
  if (key === 'Escape') return leave(at)
  if (at.matches(TYPED)) return false
  if (key === 'Enter') return follow(at)
  if (!areOn()) return false
  switch (key) {
    case '/':
      return focus(document.querySelector<HTMLInputElement>(SEARCH))
    case 'j':
      return step(1)
    case 'k':
      return step(-1)
    case '?':
      showKeys()
      return true
    default:
      return false
  }
}

function leave(at: HTMLElement): boolean {
  if (!at.matches(`${ROWS}, ${SEARCH}`)) return false
  at.blur()
  return true
}

/** The first link of a row leads to what it is about. */
function follow(at: HTMLElement): boolean {
  const link = at.matches(ROWS) ? at.querySelector('a') : null
  link?.click()
  return link !== null
}

function step(by: 1 | -1): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>(ROWS)]
  const current = document.activeElement?.closest<HTMLElement>(ROWS)
  const next = current ? rows.indexOf(current) + by : by === 1 ? 0 : rows.length - 1
  return focus(rows[Math.min(rows.length - 1, Math.max(0, next))])
}

function focus(element: HTMLElement | null | undefined): boolean {
  if (!element) return false
  if (!element.matches(TYPED)) element.tabIndex = -1
  element.focus()
  return true
}
