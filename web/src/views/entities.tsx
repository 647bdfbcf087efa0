import { entityPath } from '../links.ts'
import { Empty } from '../parts/basics.tsx'
import { EntityLife } from '../parts/entity-life.tsx'
import { OnlyForReaders, PageHead, type User } from '../parts/page.tsx'
import { navigate, useLocation } from '../router.ts'

export function EntitiesView({ user }: { user: User }) {
  const { query } = useLocation()
  if (user.role === 'viewer') return <OnlyForReaders title="Entities" />
  const key = query.get('key') ?? ''
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const wanted = new FormData(event.currentTarget as HTMLFormElement).get('key')
    navigate(entityPath(String(wanted)))
  }
  return (
    <>
      <PageHead title="Entities" />
      <form class="search" key={key} onSubmit={submit}>
        <label>
          Id of the entity
          <input name="key" defaultValue={key} required autocomplete="off" />
        </label>
        <div class="buttons">
          <button type="submit" class="primary">
            Show its life
          </button>
        </div>
      </form>
      {key === '' ? (
        <Empty title="No entity is named">
          Its id is the key of its records, such as those on the page of events.
        </Empty>
      ) : (
        <EntityLife key={key} entity={key} further={query.get('further')} />
      )}
    </>
  )
}
