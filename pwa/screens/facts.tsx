import type { Fact } from '../../shared/process/process.ts'
import { useApp } from '../app/services.ts'
import { Code } from '../ui/code.tsx'

export const Facts = ({ facts }: { facts: readonly Fact[] }) => {
  const { speaker } = useApp()
  if (facts.length === 0) return null
  return (
    <dl className="facts">
      {facts.map((fact, at) => (
        <div className="fact" key={`${fact.label ?? at}`} data-fact={fact.kind} data-label={fact.label ?? 'none'}>
          <dt className={fact.label === null ? 'hidden' : ''}>
            {fact.label === null ? speaker.word('fact.item') : speaker.word(fact.label)}
          </dt>
          <dd>{fact.kind === 'text' ? <bdi translate="no">{fact.value}</bdi> : <Code>{fact.value}</Code>}</dd>
        </div>
      ))}
    </dl>
  )
}
