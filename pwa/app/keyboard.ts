import { barOf, homeBar, QUESTION_BAR } from './bar.ts'
import type { Controller } from './controller.ts'
import { commandOfKey } from './keys.ts'
import { openOf, topOf } from './state.ts'

/**
 * Function keys of devices with keys. Characters and Enter belong to the wedge, which hands on what a person typed; so
 * only keys that no scanner sends are taken here.
 */
export const listenToKeys = (controller: Pick<Controller, 'state' | 'press'>, page: Window): (() => void) => {
  const press = (event: KeyboardEvent): void => {
    if (event.key.length === 1 || event.defaultPrevented) return
    const state = controller.state()
    const { prompt, question, session } = state
    const isHome = topOf(state).at === 'home' && session !== null
    const bar = question
      ? QUESTION_BAR
      : prompt
        ? barOf(prompt, (openOf(state)?.history.length ?? 0) > 0)
        : isHome
          ? homeBar(state.band)
          : []
    const isAsked = question !== null || (prompt !== null && prompt.confirm !== null)
    const command = commandOfKey(
      event.key,
      bar.map(offer => offer.command),
      isAsked,
      isHome,
    )
    if (command === null) return
    event.preventDefault()
    void controller.press(command)
  }
  page.addEventListener('keydown', press)
  return () => page.removeEventListener('keydown', press)
}
