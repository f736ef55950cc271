import { useEffect, useState, useSyncExternalStore } from 'react'
import { useDesk, whyNot } from './context.ts'

type State<T> = { key: string | null; value: T | null; error: unknown }

/** One question to the server at a time: another key asks anew, and an older answer never covers a newer one. */
/** Shows a part of the answer while the rest is still read; only where nothing is shown yet. */
export type Grow<T> = (part: T) => void

export const makeQuery = <T>() => {
  let state: State<T> = { key: null, value: null, error: null }
  let read: ((grow: Grow<T>) => Promise<T>) | null = null
  let turn = 0
  const listeners = new Set<() => void>()
  const set = (next: State<T>): void => {
    state = next
    for (const listener of listeners) listener()
  }
  const run = (ask: (grow: Grow<T>) => Promise<T>): void => {
    turn += 1
    const mine = turn
    const { key } = state
    const isFirst = state.value === null
    const grow: Grow<T> = part => {
      if (mine === turn && isFirst) set({ key, value: part, error: null })
    }
    ask(grow).then(
      value => mine === turn && set({ key, value, error: null }),
      (error: unknown) => mine === turn && set({ ...state, error }),
    )
  }
  return {
    get: (): State<T> => state,
    subscribe: (listener: () => void): (() => void) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    ask: (key: string, how: (grow: Grow<T>) => Promise<T>): void => {
      read = how
      if (key === state.key) return
      set({ key, value: null, error: null })
      run(how)
    },
    reload: (): void => {
      if (read !== null) run(read)
    },
    run,
  }
}

export type Loaded<T> = { value: T | null; error: string | null; reload: () => void }

const useQuery = <T>(key: string, read: (grow: Grow<T>) => Promise<T>) => {
  const { speaker } = useDesk()
  const [query] = useState(() => makeQuery<T>())
  const state = useSyncExternalStore(query.subscribe, query.get)
  useEffect(() => query.ask(key, read))
  const isPresent = state.key === key
  return {
    query,
    value: isPresent ? state.value : null,
    error: !isPresent || state.error === null ? null : whyNot(speaker, state.error),
  }
}

/**
 * Reads something when the screen opens, when `key` changes and when it is told to; with `everyMs` again and again. Lists
 * that keys act on are not: rows would move under the finger.
 */
export const useLoaded = <T>(key: string, read: (grow: Grow<T>) => Promise<T>, everyMs?: number): Loaded<T> => {
  const { query, value, error } = useQuery(key, read)
  useEffect(() => {
    if (everyMs === undefined) return
    const timer = setInterval(query.reload, everyMs)
    return () => clearInterval(timer)
  }, [query, everyMs])
  return { value, error, reload: query.reload }
}

/** Reads anew when the warehouse has changed; the row that keys act on is known by its id, so that nothing moves under a finger. */
export const useLive = (reload: () => void): void => {
  const { bell } = useDesk()
  useEffect(() => bell(reload), [bell, reload])
}

export type Paged<R> = {
  value: readonly R[] | null
  error: string | null
  isEmpty: boolean
  reload: () => void
  /** Null = that was all. */
  more: (() => void) | null
}
type Pages<R> = { rows: readonly R[]; next: string | null }

/** Rows page by page; another `key` begins anew. */
export const usePaged = <R>(key: string, read: (after: string) => Promise<Pages<R>>): Paged<R> => {
  const { query, value, error } = useQuery<Pages<R>>(key, () => read(''))
  const next = value?.next ?? null
  const more = (after: string): void =>
    query.run(async () => {
      const page = await read(after)
      return { rows: [...(value?.rows ?? []), ...page.rows], next: page.next }
    })
  return {
    value: value?.rows ?? null,
    error,
    isEmpty: value?.rows.length === 0,
    reload: query.reload,
    more: next === null ? null : () => more(next),
  }
}
