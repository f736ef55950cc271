import type { ReactNode } from 'react'
import { Code } from '../../ui/code.tsx'
import { useDesk } from './context.ts'

export type Column<R> = {
  key: string
  head: string
  /** Numbers stand at the end of their column. */
  number?: boolean
  /** Codes stay as they are in every language and direction. */
  code?: boolean
  /** What must be seen: below zero. */
  alarm?: (row: R) => boolean
  cell: (row: R) => string | number
}

type Props<R> = {
  caption: string
  columns: readonly Column<R>[]
  rows: readonly R[]
  rowKey: (row: R) => string
  cursor?: number
  onOpen?: (index: number) => void
  marked?: (row: R) => boolean
  /** What can be done with a row, in a column of its own. */
  renderActs?: (row: R) => ReactNode
}

const Cell = <R,>({ column, row }: { column: Column<R>; row: R }) => {
  const text = column.cell(row)
  if (column.code === true) return <Code>{text}</Code>
  return column.alarm?.(row) === true ? <span data-alarm="true">{text}</span> : text
}

/** Rows as a table at the desk and as cards on a narrow screen: each cell knows the head of its column. */
export const Table = <R,>({ caption, columns, rows, rowKey, cursor, onOpen, marked, renderActs }: Props<R>) => (
  <table className="desk-table">
    <caption className="hidden">{caption}</caption>
    <thead>
      <tr>
        {columns.map(column => (
          <th key={column.key} scope="col" data-number={column.number === true}>
            {column.head}
          </th>
        ))}
        {renderActs === undefined ? null : <td />}
      </tr>
    </thead>
    <tbody>
      {rows.map((row, index) => (
        <tr
          key={rowKey(row)}
          data-cursor={cursor === index}
          data-marked={marked?.(row) === true}
          {...(onOpen === undefined ? {} : { onClick: () => onOpen(index), className: 'opens' })}
          {...(cursor === index ? { 'aria-current': 'true' as const } : {})}
        >
          {columns.map((column, at) => (
            <td key={column.key} data-head={column.head} data-number={column.number === true}>
              {at === 0 && onOpen !== undefined ? (
                <button type="button" className="desk-link">
                  <Cell column={column} row={row} />
                </button>
              ) : (
                <Cell column={column} row={row} />
              )}
            </td>
          ))}
          {renderActs === undefined ? null : <td>{renderActs(row)}</td>}
        </tr>
      ))}
    </tbody>
  </table>
)

/** What a list says while it is read, when it cannot be read, and when there is nothing in it. */
export const Listed = ({
  loaded,
  empty,
  children,
}: {
  loaded: { value: unknown; error: string | null; reload: () => void; isEmpty: boolean }
  empty: string
  children: ReactNode
}) => {
  const { speaker } = useDesk()
  return (
    <>
      {loaded.error === null ? null : (
        <p role="alert" className="desk-alert">
          {loaded.error}{' '}
          <button type="button" className="desk-button" onClick={loaded.reload}>
            {speaker.say('retry')}
          </button>
        </p>
      )}
      {loaded.value === null ? (
        loaded.error === null ? (
          <p className="desk-quiet">{speaker.say('loading')}</p>
        ) : null
      ) : loaded.isEmpty ? (
        <p className="desk-quiet">{empty}</p>
      ) : (
        children
      )}
    </>
  )
}

export const Chips = <T extends string>({
  label,
  value,
  choices,
  onChoose,
}: {
  label: string
  value: T
  choices: readonly { value: T; word: string }[]
  onChoose: (value: T) => void
}) => (
  <div className="desk-chips" role="group" aria-label={label}>
    {choices.map(choice => (
      <button
        key={choice.value}
        type="button"
        className="desk-chip"
        aria-pressed={choice.value === value}
        onClick={() => onChoose(choice.value)}
      >
        {choice.word}
      </button>
    ))}
  </div>
)
