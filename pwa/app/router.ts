import type { Controller } from './controller.ts'

/**
 * Android's Back is our Back. One entry stands guard above the page while there is somewhere to go back to, so that Back
 * never leaves the app in the middle of a task; on Home and at the log-in it leaves as everywhere else.
 */
export const guardBack = (
  controller: Pick<Controller, 'state' | 'press' | 'subscribe'>,
  page: Pick<Window, 'history' | 'addEventListener' | 'removeEventListener'>,
): (() => void) => {
  let isGuarded = false
  const guard = (): void => {
    const { stack, panel, pin } = controller.state()
    if (isGuarded || (stack.length < 2 && panel === 'none' && pin === null)) return
    isGuarded = true
    page.history.pushState({ guard: true }, '')
  }
  const back = (): void => {
    isGuarded = false
    void controller.press('XCBAK').then(guard)
  }
  page.addEventListener('popstate', back)
  const unsubscribe = controller.subscribe(guard)
  guard()
  return () => {
    unsubscribe()
    page.removeEventListener('popstate', back)
  }
}
