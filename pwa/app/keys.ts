/**
 * Keys of devices with keys, and what they mean. F5, F11 and F12 stay with the browser. A digit, `*` and `#` come in here
 * only after the wedge has ruled out a burst.
 */
export const KEY_COMMANDS: Readonly<Record<string, string>> = {
  F1: 'XCDNE',
  F2: 'XCUND',
  '#': 'XCUND',
  F6: 'XCMNU',
  F7: 'XCLKP',
  F8: 'XCHME',
  Escape: 'XCBAK',
}

/** The command of a key; F3 and F4 are the middle and right button of the bar, F1 answers an open question. */
export const commandOfKey = (
  key: string,
  bar: readonly string[],
  questionOpen: boolean,
  isHome = false,
): string | null => {
  if (questionOpen && key === 'F1') return 'XCYES'
  if (questionOpen && key === 'Escape') return 'XCNAY'
  // On Home nothing is to be done with: the primary thing is the next work.
  if (isHome && key === 'F1') return 'XCNXT'
  if (key === 'F3') return bar[1] ?? null
  if (key === 'F4') return bar[2] ?? null
  return KEY_COMMANDS[key] ?? null
}

const QUANTITY = /^XCQ(\d\d)$/
const CHOICE = /^XCR0([1-9])$/
export const quantityOf = (command: string): number | null => {
  const n = Number(QUANTITY.exec(command)?.[1] ?? 0)
  return n > 0 ? n : null
}
export const choiceOf = (command: string): number | null => Number(CHOICE.exec(command)?.[1] ?? 0) || null
