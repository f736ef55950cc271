import { useState } from 'react'
import { viewsSchema } from '../../../shared/desk/views.ts'
import type { SavedViews } from '../../../shared/desk/views.ts'
import { useDesk, whyNot } from './context.ts'
import { useLoaded } from './query.ts'

type Props = { here: string; onGo: (path: string) => void }

/** Addresses that somebody has kept under names of their own: a section with its filters, one choice away. */
export const Views = ({ here, onGo }: Props) => {
  const { speaker, api, tell } = useDesk()
  const loaded = useLoaded<SavedViews>('views', () => api.get('/api/desk/views', {}, viewsSchema))
  const [name, setName] = useState<string | null>(null)
  const views = loaded.value?.views ?? []
  const present = views.find(view => view.path === here)
  const save = (view: { name: string; path: string | null }): void => {
    api.post('/api/desk/views', view, viewsSchema).then(
      () => {
        setName(null)
        loaded.reload()
        tell(speaker.say(view.path === null ? 'vw.forgotten' : 'vw.kept', { name: view.name }))
      },
      (error: unknown) => tell(whyNot(speaker, error)),
    )
  }
  return (
    <div className="desk-views">
      {views.length === 0 ? null : (
        <select
          aria-label={speaker.say('vw.mine')}
          value={present?.path ?? ''}
          onChange={event => event.currentTarget.value !== '' && onGo(event.currentTarget.value)}
        >
          <option value="">{speaker.say('vw.mine')}</option>
          {views.map(view => (
            <option key={view.name} value={view.path}>
              {view.name}
            </option>
          ))}
        </select>
      )}
      {present !== undefined ? (
        <button type="button" className="desk-button" onClick={() => save({ name: present.name, path: null })}>
          {speaker.say('vw.forget')}
        </button>
      ) : name === null ? (
        <button type="button" className="desk-button" onClick={() => setName('')}>
          {speaker.say('vw.keep')}
        </button>
      ) : (
        <form
          className="desk-inline"
          onSubmit={event => {
            event.preventDefault()
            if (name.trim() !== '') save({ name: name.trim(), path: here })
          }}
        >
          <input
            aria-label={speaker.say('vw.name')}
            placeholder={speaker.say('vw.name')}
            value={name}
            maxLength={60}
            required
            onChange={event => setName(event.currentTarget.value)}
          />
          <button type="submit" className="desk-button primary">
            {speaker.say('save')}
          </button>
          <button type="button" className="desk-button" onClick={() => setName(null)}>
            {speaker.say('cancel')}
          </button>
        </form>
      )}
    </div>
  )
}
