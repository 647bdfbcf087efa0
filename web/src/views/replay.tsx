import type { About, PlanRow, PluginRow, Session } from '../api.ts'
import { Empty } from '../parts/basics.tsx'
import { CatchUpForm } from '../parts/catch-up-form.tsx'
import { Command } from '../parts/command.tsx'
import { Plans } from '../parts/plans.tsx'
import { ViewOf } from '../parts/view-head.tsx'
import { useView, type View } from '../use-view.ts'

type User = NonNullable<Session['user']>
type ShownPlugins = About & { plugins: PluginRow[] }

export function ReplayView({ user }: { user: User }) {
  const view = useView<About & { plans: PlanRow[] }>('/api/replays')
  const plugins = useView<ShownPlugins>('/api/plugins')
  return (
    <ViewOf title="Replay" view={view}>
      {({ plans }) => (
        <>
          <section>
            <h2>Plans</h2>
            <Plans plans={plans} user={user} onDone={view.refresh} />
          </section>
          <section>
            <h2>Deliver what a disabled plugin missed</h2>
            <p class="prose">
              The replicas deliver it beside the live events, then pause the plugin for the rest and
              enable it where that ends. It continues when this page is closed. What the plugin has
              handled before is not handled again.
            </p>
            {user.role === 'admin' ? (
              <CatchUpOf plugins={plugins} onStarted={view.refresh} />
            ) : (
              <p class="muted">The role {user.role} can start nothing here.</p>
            )}
          </section>
          <section>
            <h2>Deliver past events again</h2>
            <p class="prose">
              A replay calls a plugin again for events that it has handled. It runs the plugin in
              the process of a command, with the settings that the command is given: this console
              calls none. Its plan and progress are shown above. Without --yes, the command only
              lists the events.
            </p>
            <Command line="inventory-events replay --plugin SLUG --from 36h" />
          </section>
        </>
      )}
    </ViewOf>
  )
}

/** Which plugins are disabled is known of those that a replica reports. */
function CatchUpOf({ plugins, onStarted }: { plugins: View<ShownPlugins>; onStarted: () => void }) {
  if (plugins.data === undefined) {
    return <p class="muted">{plugins.error ? plugins.error.message : 'Loading'}</p>
  }
  if (plugins.data.plugins.length === 0) {
    return (
      <Empty title="No replica reports a plugin">
        So it is not known here which of them miss events.
      </Empty>
    )
  }
  const disabled = plugins.data.plugins.filter(({ switched }) => switched.state === 'disabled')
  return <CatchUpForm slugs={disabled.map(({ slug }) => slug)} onStarted={onStarted} />
}
