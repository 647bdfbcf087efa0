import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { About } from '../api.ts'
import { durationText, shown } from '../text.ts'
import type { View } from '../use-view.ts'
import { Empty } from './basics.tsx'

const SKELETON_MS = 300
const OLD_MS = 30_000

/** The head of a view, with how old it is; then the view, or why there is none. */
export function ViewOf<T extends About>({
  title,
  view,
  children,
}: {
  title: string
  view: View<T>
  children(data: T): ComponentChildren
}) {
  const { data, error, isHeld, refresh } = view
  useEffect(() => {
    document.title = `${title} · inventory-events`
  }, [title])
  return (
    <>
      <div class="head">
        <h1>{shown(title)}</h1>
        <div class="age" role="status">
          {data && <Age data={data} />}
          {isHeld && (
            <button type="button" class="quiet" onClick={refresh}>
              Newer data: show
            </button>
          )}
        </div>
      </div>
      {error && (
        <div class="banner" role="alert">
          <strong>{error.message}</strong> {data && 'What is shown is older.'}{' '}
          <button type="button" class="quiet" onClick={refresh}>
            Try again
          </button>
        </div>
      )}
      {data ? children(data) : !error && <Skeleton />}
    </>
  )
}

function Age({ data: { atMs, group, isCurrent } }: { data: About }) {
  const [nowMs, setNow] = useState(Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000)
    return () => clearInterval(timer)
  }, [])
  const ageMs = Math.max(0, nowMs - atMs)
  const isOld = ageMs > OLD_MS || !isCurrent
  return (
    <span class={isOld ? 'state wait' : 'muted'}>
      group <b>{shown(group)}</b>, {durationText(Math.max(1_000, ageMs))} ago
      {!isCurrent && ', and Kafka can’t be read'}
    </span>
  )
}

/** Only for what takes longer than one would notice. */
function Skeleton() {
  const [isSlow, setSlow] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SKELETON_MS)
    return () => clearTimeout(timer)
  }, [])
  return isSlow ? <Empty title="Loading …" /> : null
}
