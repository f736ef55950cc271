import { barOf, QUESTION_BAR } from './bar.ts'
import type { Controller } from './controller.ts'
import { commandOfKey } from './keys.ts'
import { openOf } from './state.ts'

/**
 * Function keys of devices with keys. Characters and Enter belong to the wedge, which hands on what a person typed; so
 * only keys that no scanner sends are taken here.
 */
export const listenToKeys = (controller: Pick<Controller, 'state' | 'press'>, page: Window): (() => void) => {
  const press = (event: KeyboardEvent): void => {
    if (event.key.length === 1 || event.defaultPrevented) return
    const { prompt, question } = controller.state()
    const bar = question
      ? QUESTION_BAR
      : prompt
        ? barOf(prompt, (openOf(controller.state())?.history.length ?? 0) > 0)
        : []
    const isAsked = question !== null || (prompt !== null && prompt.confirm !== null)
    const command = commandOfKey(
      event.key,
      bar.map(offer => offer.command),
      isAsked,
    )
    if (command === null) return
    event.preventDefault()
    void controller.press(command)
  }
  page.addEventListener('keydown', press)
  return () => page.removeEventListener('keydown', press)
}
