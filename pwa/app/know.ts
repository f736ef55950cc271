import { isUuid } from '../../shared/ids.ts'
import type { ItemId, LocationId, LpnId, TaskId } from '../../shared/ids.ts'
import type { Handheld } from '../sync/handheld.ts'
import type { Core } from './core.ts'

type Knows = { readonly ports: { readonly handheld: Pick<Handheld, 'world' | 'loadItems'> } }

/**
 * Items come from the catalogue blocks and not with the rows, so what a step shows and judges is fetched before it: the
 * items of the lines of its document, of the goods of its task, of what stands at its place, where goods are taken from or
 * on its pallet, and of what has its lot. By convention the fields `document`, `documents`, `task`, `location`, `from`, `lpn`
 * and `label` of a state, so that no process has to be known here. True = something was fetched that was not here before.
 */
export const know = async (core: Knows, state: object): Promise<boolean> => {
  const { handheld } = core.ports
  const world = handheld.world()
  const missing = new Set<ItemId>()
  const need = (id: ItemId): void => {
    if (world.item(id) === undefined) missing.add(id)
  }
  const named = [
    'document' in state ? state.document : null,
    ...('documents' in state && Array.isArray(state.documents) ? state.documents : []),
  ]
  for (const known of named.every(id => id === null) ? [] : world.documents())
    if (named.includes(known.id)) for (const line of world.linesOf(known.id)) need(line.item)
  for (const place of ['location' in state ? state.location : null, 'from' in state ? state.from : null])
    if (isPlace(place)) for (const row of world.stockAt(place)) need(row.item)
  const lpn = 'lpn' in state ? state.lpn : null
  if (isPallet(lpn)) for (const row of world.stockOn(lpn)) need(row.item)
  const task = 'task' in state && isTask(state.task) ? world.task(state.task) : undefined
  if (task?.goods?.item) need(task.goods.item)
  const label = 'label' in state ? state.label : null
  if (typeof label === 'string') for (const row of world.stockLabelled(label)) need(row.item)
  if (missing.size > 0) await handheld.loadItems([...missing])
  return missing.size > 0
}

/**
 * Rows have changed: of what the open steps name, some may have come only now, with the first catalogue of a new handheld or
 * with another line. Drawn where it was missing; what cannot be read now is asked for by the next scan.
 */
export const knowOpen = async (core: Core): Promise<void> => {
  let isNew = false
  for (const screen of core.get().stack) {
    if (screen.at !== 'process') continue
    if (await know(core, screen.open.state).catch(() => false)) isNew = true
  }
  if (isNew) core.set({})
}

const isTask = (value: unknown): value is TaskId => typeof value === 'string' && isUuid(value)
const isPallet = (value: unknown): value is LpnId => typeof value === 'string' && isUuid(value)
const isPlace = (value: unknown): value is LocationId => typeof value === 'string' && isUuid(value)
