import type { ItemId } from '../../shared/ids.ts'
import { popped } from './core.ts'
import type { Core } from './core.ts'
import { open } from './open.ts'
import { openOf } from './state.ts'

/** As many as there are keys to choose them with. */
export const FOUND_MOST = 9

/** Words that are no code find goods by their names, on this device alone. One that is the only one is shown at once. */
export const search = async (core: Core, text: string): Promise<void> => {
  core.set({ search: { text, items: [], all: null }, panel: 'found', band: null })
  const found = await core.ports.handheld.search(text, FOUND_MOST)
  // Whoever went on meanwhile is not called back.
  if (found === null || core.get().search?.text !== text || core.get().panel !== 'found') return
  const [only] = found.items
  if (only === undefined) {
    core.set({ search: null, panel: 'none' })
    core.say('unknown', 'find.none', { text }, text)
  } else if (found.all === 1) await lookAt(core, only.id)
  else core.set({ search: { text, ...found } })
}

/** The goods in Look-up, which Back leads out of to where the worker was. */
export const lookAt = async (core: Core, item: ItemId): Promise<void> => {
  await core.ports.handheld.loadItems([item])
  if (openOf(core.get())?.process.name === 'lookup') core.set(popped(core.get()))
  core.set({ search: null, panel: 'none' })
  await open(core, 'lookup', { item }, null)
}
