import type { ExportName } from '../../../shared/desk/export.ts'
import { useDesk } from './context.ts'

/** The list as it is shown, as a file. */
export const Exports = ({ list, query = {} }: { list: ExportName; query?: Readonly<Record<string, string>> }) => {
  const { speaker } = useDesk()
  const path = (format: string): string =>
    `/api/desk/export?${new URLSearchParams({ ...query, list, format, language: speaker.language }).toString()}`
  return (
    <span className="desk-exports">
      {(['csv', 'xlsx'] as const).map(format => (
        <a key={format} className="desk-button" href={path(format)} download>
          {speaker.say(`x.${format}`)}
        </a>
      ))}
    </span>
  )
}
