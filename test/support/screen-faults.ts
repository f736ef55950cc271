import axe from 'axe-core'

export type Size = readonly [number, number]
export const SMALL: Size = [320, 461]
export const COMFORTABLE: Size = [360, 640]
/** On a vehicle: the comfortable one, turned. */
export const LANDSCAPE: Size = [640, 360]

const targets = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('button, a[href], input')]
export const named = (element: HTMLElement): string =>
  element.textContent.trim() || element.getAttribute('aria-label') || ''
const rectOf = (selector: string): DOMRect | null => document.querySelector(selector)?.getBoundingClientRect() ?? null

const tooSmall = (): string[] =>
  targets().flatMap(element => {
    const { width, height } = element.getBoundingClientRect()
    return width > 0 && (width < 55.5 || height < 55.5) ? [`below 56 px: ${named(element)}`] : []
  })

const sideways = (width: number): string[] => {
  const middle = document.querySelector('.middle')
  const wide = [
    ...(document.documentElement.scrollWidth > width ? ['the page'] : []),
    ...(middle !== null && middle.scrollWidth > middle.clientWidth ? ['the middle'] : []),
  ]
  return wide.map(what => `${what} scrolls sideways`)
}

const offThePage = ([width, height]: Size): string[] =>
  ['.prompt', '.bar', '.keypad', '.head'].flatMap(selector => {
    const rect = rectOf(selector)
    if (rect === null || rect.height === 0) return []
    const isOn = rect.bottom <= height + 0.5 && rect.top >= -0.5 && rect.left >= -0.5 && rect.right <= width + 0.5
    return isOn ? [] : [`${selector} is not on the page`]
  })

const turned = (): string[] =>
  [...document.querySelectorAll('.code')]
    .filter(code => getComputedStyle(code).direction !== 'ltr')
    .map(code => `a code in the direction of the page: ${code.textContent}`)

const found = async (): Promise<string[]> => {
  const { violations } = await axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  })
  return violations.map(one => `${one.id}: ${one.nodes.map(node => node.html.slice(0, 120)).join(' | ')}`)
}

/** Why the screen that is drawn now cannot be read, hit and used with one thumb; nothing where it can. */
export const screenFaults = async (size: Size): Promise<readonly string[]> => [
  ...tooSmall(),
  ...sideways(size[0]),
  ...offThePage(size),
  ...turned(),
  ...(await found()),
]
