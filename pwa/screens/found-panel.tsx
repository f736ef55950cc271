import { useApp } from '../app/services.ts'
import { Button } from '../ui/button.tsx'
import { Code } from '../ui/code.tsx'

/** What typed words have found, the best first; a key or a touch shows it. */
export const FoundPanel = () => {
  const { controller, handheld, speaker, state } = useApp()
  const { search } = state
  if (search === null) return null
  const clients = new Map(handheld.clients().map(client => [client.id, client.name]))
  const more = (search.all ?? 0) - search.items.length
  return (
    <div className="stack">
      <p role="status" className="quiet">
        {search.all === null
          ? speaker.say('find.busy', { text: search.text })
          : speaker.say('find.list', { n: search.all, text: search.text })}
      </p>
      {search.items.map((item, at) => (
        <Button key={item.id} kind="row" onPress={() => void controller.lookAt(item.id)}>
          <span>
            {at + 1} <bdi>{item.name}</bdi>
          </span>
          <span>
            <Code>{item.sku}</Code>
            {clients.size > 1 ? <bdi> {clients.get(item.client)}</bdi> : null}
          </span>
        </Button>
      ))}
      {more > 0 ? <p className="quiet">{speaker.say('find.more', { n: more })}</p> : null}
    </div>
  )
}
