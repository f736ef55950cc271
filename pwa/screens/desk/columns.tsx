import { useSearchParams } from 'wouter'
import type { Head } from '../../../shared/desk/export.ts'
import { useDesk } from './context.ts'
import { changed, useFilter } from './filter.ts'
import type { Column } from './table.tsx'

/** A column of a list that goes out as a file, with the columns that it has there. */
export type ListColumn<R> = Column<R> & { heads: readonly Head[] }
type Sort<T extends string> = { value: T; word: string }

/** Names in the address stand with a point between; none = all. */
const chosenOf = <R,>(all: readonly ListColumn<R>[], asked: string | null): readonly ListColumn<R>[] => {
  const names = (asked ?? '').split('.')
  const chosen = all.filter(column => names.includes(column.key))
  return chosen.length === 0 ? all : chosen
}

/** Which columns of a list are shown and by what it is sorted: in the address, so that it is kept, sent on and exported. */
export const useColumns = <R, T extends string>(
  all: readonly ListColumn<R>[],
  sorts: readonly [Sort<T>, ...Sort<T>[]],
) => {
  const [search, setSearch] = useSearchParams()
  const columns = chosenOf(all, search.get('columns'))
  const [first] = sorts
  const [sort, setSort] = useFilter<T>(
    'sort',
    sorts.map(({ value }) => value),
    first.value,
  )
  const turn = (key: string): void => {
    const next = all.filter(column => columns.includes(column) !== (column.key === key))
    const names = next.length === all.length || next.length === 0 ? null : next.map(column => column.key).join('.')
    setSearch(before => changed(before, 'columns', names), { replace: true })
  }
  const heads = columns === all ? [] : columns.flatMap(column => column.heads)
  return {
    columns,
    sort,
    /** What the file is asked for by. */
    asked: { sort, ...(heads.length === 0 ? {} : { columns: heads.join('.') }) },
    chooser: <Chooser all={all} columns={columns} onTurn={turn} sorts={sorts} sort={sort} onSort={setSort} />,
  }
}

type ChooserProps<R, T extends string> = {
  all: readonly ListColumn<R>[]
  columns: readonly ListColumn<R>[]
  onTurn: (key: string) => void
  sorts: readonly Sort<T>[]
  sort: T
  onSort: (sort: T) => void
}

const Chooser = <R, T extends string>({ all, columns, onTurn, sorts, sort, onSort }: ChooserProps<R, T>) => {
  const { speaker } = useDesk()
  return (
    <details className="desk-columns">
      <summary className="desk-button">{speaker.say('vw.columns')}</summary>
      <fieldset>
        <legend>{speaker.say('vw.columns')}</legend>
        {all.map(column => (
          <label key={column.key}>
            <input type="checkbox" checked={columns.includes(column)} onChange={() => onTurn(column.key)} />{' '}
            {column.head}
          </label>
        ))}
        <label>
          {speaker.say('vw.sort')}{' '}
          <select
            value={sort}
            onChange={event => onSort(sorts.find(({ value }) => value === event.currentTarget.value)?.value ?? sort)}
          >
            {sorts.map(({ value, word }) => (
              <option key={value} value={value}>
                {word}
              </option>
            ))}
          </select>
        </label>
      </fieldset>
    </details>
  )
}
