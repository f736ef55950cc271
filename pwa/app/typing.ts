import { takeBadge } from './badge.ts'
import type { Core } from './core.ts'
import { unlockBy } from './lock.ts'
import { press } from './press.ts'
import { typedScan } from './resolve.ts'
import { openOf, topOf } from './state.ts'
import { take } from './take.ts'

/** Nine digits are more than any quantity that a command may carry; longer digits are a code. */
const NUMBER = /^\d{1,9}$/
/** A tile of Home, by its number and Enter: longer digits are a code. */
const TILE = /^[1-9]$/
const TYPED_MAX = 200

/** Kinds that are texts of their own; everything else that is typed is a code and is looked up like a scanned one. */
const TEXTS: ReadonlySet<string> = new Set(['lot', 'serial', 'expiry'])

/** A code, lot or day that was typed as a whole. */
export const typed = async (core: Core, text: string): Promise<void> => {
  const { locked, prompt } = core.get()
  const ask = prompt?.ask.kind
  if (openOf(core.get()) !== null && !locked && ask !== undefined && TEXTS.has(ask))
    return core.floor()?.step(core, { kind: 'text', value: text })
  const scan = typedScan(text, core.ports.clock.mono())
  core.set({ panel: 'none' })
  if (locked) await unlockBy(core, text)
  else if (core.get().session === null) await takeBadge(core, text)
  else await take(core, scan)
}

/**
 * One key of a person. Digits build a number inside a task and choose among tiles, letters build a code, Enter sends it.
 * The first digit replaces, 0 is 0; Enter with nothing typed does nothing, because a scanner may send one too many.
 * Returns what has to wait its turn, null where the key only changed the picture.
 */
export const keyOf = (core: Core, key: string): (() => Promise<void>) | null => {
  const { locked, panel, pin, prompt, question, search, typed: text } = core.get()
  if (pin !== null) return core.floor()?.pin.key(core, key) ?? null
  if (key === 'Enter') return text === '' ? null : () => send(core, text)
  if (key === 'Backspace') {
    core.set({ typed: text.slice(0, -1) })
    return null
  }
  if (key.length !== 1) return null
  if (text === '' && !locked) {
    if (key === '#') return () => press(core, 'XCUND')
    const n = Number(key)
    const chosen = panel === 'found' ? search?.items[n - 1] : undefined
    if (chosen !== undefined) return async () => core.floor()?.lookAt(core, chosen.id)
    const tiles = question?.kind === 'whose' ? question.clients : (prompt?.choices ?? [])
    if (n >= 1 && n <= tiles.length) return async () => core.floor()?.step(core, { kind: 'choice', n })
  }
  core.set({ typed: `${text === '0' ? '' : text}${key}`.slice(0, TYPED_MAX) })
  return null
}

const send = async (core: Core, text: string): Promise<void> => {
  core.set({ typed: '' })
  const tile = TILE.test(text) ? (core.floor()?.opening(core, `XCR0${text}`) ?? null) : null
  if (tile !== null && topOf(core.get()).at === 'home' && !core.get().locked) return tile()
  if (openOf(core.get()) !== null && !core.get().locked && NUMBER.test(text))
    await core.floor()?.step(core, { kind: 'number', value: Number(text) })
  else await typed(core, text)
}
