import { useEffect, useState } from 'preact/hooks'
import { type ApiError, request, type Session } from './api.ts'
import { Frame } from './frame.tsx'
import { Empty } from './parts/basics.tsx'
import { useLocation } from './router.ts'
import { AuditView } from './views/audit.tsx'
import { DeadLettersView } from './views/dead-letters.tsx'
import { EntitiesView } from './views/entities.tsx'
import { EventView } from './views/event.tsx'
import { EventsView } from './views/events.tsx'
import { FiltersView } from './views/filters.tsx'
import { LetterView } from './views/letter.tsx'
import { LetterListView } from './views/letter-list.tsx'
import { Login } from './views/login.tsx'
import { OverviewView } from './views/overview.tsx'
import { PartitionsView } from './views/partitions.tsx'
import { PluginView } from './views/plugin.tsx'
import { PluginsView } from './views/plugins.tsx'
import { ReplayView } from './views/replay.tsx'

export function App() {
  const [session, setSession] = useState<Session | undefined>()
  const [error, setError] = useState<string | undefined>()
  useEffect(() => {
    request<Session>('/api/session').then(setSession, (failure: ApiError) =>
      setError(failure.message),
    )
  }, [])
  if (error !== undefined) return <Empty title={error}>Reload the page to try again.</Empty>
  if (session === undefined) return null
  if (session.user === null) return <Login onDone={setSession} />
  return (
    <Frame session={{ ...session, user: session.user }} onEnd={setSession}>
      <Page user={session.user} />
    </Frame>
  )
}

function Page({ user }: { user: NonNullable<Session['user']> }) {
  const { path } = useLocation()
  const [, view = '', name = ''] = path.split('/')
  switch (view) {
    case '':
      return <OverviewView />
    case 'plugins':
      return name === '' ? <PluginsView /> : <PluginView slug={decoded(name)} user={user} />
    case 'events':
      return name === 'one' ? <EventView user={user} /> : <EventsView user={user} />
    case 'entities':
      return <EntitiesView user={user} />
    case 'dead-letters':
      if (name === '') return <DeadLettersView user={user} />
      if (name === 'list') return <LetterListView user={user} />
      return <LetterView place={decoded(name)} user={user} />
    case 'partitions':
      return <PartitionsView user={user} />
    case 'replay':
      return <ReplayView user={user} />
    case 'filters':
      return <FiltersView user={user} />
    case 'audit':
      return <AuditView />
    default:
      return (
        <Empty title="There is no such page">
          <a href="/">Back to the overview</a>
        </Empty>
      )
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
