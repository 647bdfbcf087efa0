import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import type { Session } from '../api.ts'
import { Empty } from './basics.tsx'

export type User = NonNullable<Session['user']>

/** The head of a page that is not refreshed by itself. */
export function PageHead({ title, children }: { title: string; children?: ComponentChildren }) {
  useEffect(() => {
    document.title = `${title} · inventory-events`
  }, [title])
  return (
    <div class="head">
      <h1>{title}</h1>
      {children}
    </div>
  )
}

/** In place of a page that shows events, which viewers do not see. */
export function OnlyForReaders({ title }: { title: string }) {
  return (
    <>
      <PageHead title={title} />
      <Empty title="The role viewer sees no events">
        Ids, keys and content of events are for readers, operators and admins.
      </Empty>
    </>
  )
}
