import type { ComponentChildren } from 'preact'
import { request, type Session } from './api.ts'
import { Keys } from './keys.tsx'
import { useLocation } from './router.ts'
import { shown } from './text.ts'

const VIEWS = [
  ['', 'Overview'],
  ['plugins', 'Plugins'],
  ['events', 'Events'],
  ['entities', 'Entities'],
  ['dead-letters', 'Dead letters'],
  ['partitions', 'Partitions'],
  ['replay', 'Replay'],
  ['filters', 'Filters'],
  ['audit', 'Audit'],
] as const

interface FrameProps {
  session: Session & { user: NonNullable<Session['user']> }
  onEnd(session: Session): void
  children: ComponentChildren
}

export function Frame({ session, onEnd, children }: FrameProps) {
  const { path } = useLocation()
  const { user, isLocal } = session
  const [, view = ''] = path.split('/')
  const end = async () => onEnd(await request<Session>('/api/session/end', {}))
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header>
        <a class="brand" href="/">
          inventory-events
        </a>
        <nav aria-label="Views">
          {VIEWS.map(([name, title]) => (
            <a key={name} href={`/${name}`} aria-current={name === view ? 'page' : undefined}>
              {title}
            </a>
          ))}
        </nav>
        <div class="who">
          <Keys />
          {isLocal && <span class="badge">local</span>}
          <span>
            {shown(user.name)} <span class="muted">({user.role})</span>
          </span>
          {!isLocal && (
            <button type="button" class="quiet" onClick={end}>
              Log out
            </button>
          )}
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
    </>
  )
}
