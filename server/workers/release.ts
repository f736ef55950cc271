import type { ConnectorId } from '../../shared/ids.ts'
import type { ImportStore } from './import-port.ts'
import type { Mapper } from './mapper.ts'
import type { OutboxStore } from './outbox-port.ts'

const PAGE = 500

export type ReleaseDeps = {
  id: ConnectorId
  outbox: Pick<OutboxStore, 'list' | 'release'>
  imports: Pick<ImportStore, 'remoteOf'>
  mapper: () => Promise<Mapper>
  now: () => string
}

/** Gaps that parked messages wait for, with how many wait for each. */
export const openGaps = async ({
  id,
  outbox,
}: Pick<ReleaseDeps, 'id' | 'outbox'>): Promise<ReadonlyMap<string, number>> => {
  const gaps = new Map<string, number>()
  for (let beforeSeq: number | null = null, more = true; more;) {
    const rows = await outbox.list({ connector: id, states: ['parked'] }, { beforeSeq, limit: PAGE })
    for (const { gap } of rows) if (gap !== null) gaps.set(gap, (gaps.get(gap) ?? 0) + 1)
    beforeSeq = rows.at(-1)?.seq ?? null
    more = rows.length === PAGE
  }
  return gaps
}

/** Messages whose gap the mapping has filled meanwhile, or the import: all of them go on. Returns how many. */
export const releaseFilled = async (deps: ReleaseDeps): Promise<number> => {
  const gaps = await openGaps(deps)
  if (gaps.size === 0) return 0
  const mapper = await deps.mapper()
  const names = [...gaps.keys()].map(text => {
    const [kind = '', ...rest] = text.split(' ')
    return { kind, key: rest.join(' ') }
  })
  const ids = names.filter(({ kind }) => kind === 'item' || kind === 'order').map(({ key }) => key)
  const known = ids.length === 0 ? new Map<string, string>() : await deps.imports.remoteOf(deps.id, ids)
  let released = 0
  for (const gap of names)
    if (isFilled(gap, mapper, known)) released += await deps.outbox.release(deps.id, gap, deps.now())
  return released
}

const isFilled = (
  { kind, key }: { kind: string; key: string },
  mapper: Mapper,
  known: ReadonlyMap<string, string>,
): boolean => {
  switch (kind) {
    case 'item':
    case 'order':
      return known.has(key)
    case 'client':
      return mapper.remoteClient(key) !== null
    case 'reason':
      try {
        mapper.reason(key)
        return true
      } catch {
        return false
      }
    case 'location': {
      const [location = '', status = ''] = key.split(' ')
      return mapper.place({ location, status }) !== null
    }
    default:
      return false
  }
}
