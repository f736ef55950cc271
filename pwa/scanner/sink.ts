/**
 * Where scanners that write through an input method put their text: without a focused field they have none (handheld W11).
 * Hidden, without a keyboard of its own, out of the order of the Tab key. It is focused from a task of its own, because a
 * browser opens its keyboard when a field is focused inside a gesture; after that only when a touch or a text field that
 * closed has left the page without one. Returns the function that takes it away.
 */
export const mountSink = (page: Document): (() => void) => {
  const sink = page.createElement('input')
  sink.dataset['wedge'] = ''
  sink.className = 'sink'
  sink.inputMode = 'none'
  sink.autocomplete = 'off'
  sink.autocapitalize = 'off'
  sink.spellcheck = false
  sink.tabIndex = -1
  sink.setAttribute('aria-label', 'Scanner')
  page.body.append(sink)

  const focusSoon = (): void => {
    setTimeout(() => {
      const { activeElement } = page
      const isFree = activeElement === null || activeElement === page.body || activeElement instanceof HTMLButtonElement
      if (isFree) sink.focus({ preventScroll: true })
    }, 0)
  }
  /** A key's click says 0: whoever goes through the page by keys keeps the place. */
  const touched = (event: MouseEvent): void => {
    if (event.detail > 0) focusSoon()
  }
  const left = (event: FocusEvent): void => {
    const field = event.target
    if (field !== sink && (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) focusSoon()
  }
  page.addEventListener('click', touched)
  page.addEventListener('focusout', left)
  focusSoon()
  return () => {
    page.removeEventListener('click', touched)
    page.removeEventListener('focusout', left)
    sink.remove()
  }
}
