import { useSearchParams } from 'wouter'

export const changed = (search: URLSearchParams, name: string, value: string | null): URLSearchParams => {
  const next = new URLSearchParams(search)
  if (value === null) next.delete(name)
  else next.set(name, value)
  return next
}

/** A filter of a list that stands in the address, so that it can be kept, sent to somebody and reloaded. */
export const useFilter = <T extends string>(
  name: string,
  values: readonly T[],
  otherwise: T,
): readonly [T, (value: T) => void] => {
  const [search, setSearch] = useSearchParams()
  const asked = search.get(name)
  const put = (value: T): void =>
    setSearch(before => changed(before, name, value === otherwise ? null : value), { replace: true })
  return [values.find(value => value === asked) ?? otherwise, put]
}

/** The same address with one thing of it changed; null takes it out. */
export const withParam = (path: string, search: URLSearchParams, name: string, value: string | null): string => {
  const next = changed(search, name, value)
  return next.size === 0 ? path : `${path}?${next.toString()}`
}
