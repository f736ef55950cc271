import type { Language } from '../words/words.ts'

export type Settings = {
  language: Language
  theme: 'auto' | 'light' | 'dark'
  /** Percent of the normal size. */
  text: 100 | 125 | 150 | 175 | 200
  buttons: 100 | 125 | 150
  leftHand: boolean
  /** 0 to 10. */
  sound: number
  /** 0 to 5. */
  vibration: number
  /** Trouble comes again until the next scan, is felt longer and flashes. */
  noisy: boolean
}

export type SettingsStore = {
  get: () => Settings
  set: (change: Partial<Settings>) => void
  subscribe: (listener: () => void) => () => void
}

export const DEFAULTS: Settings = {
  language: 'en',
  theme: 'auto',
  text: 100,
  buttons: 100,
  leftHand: false,
  sound: 8,
  vibration: 3,
  noisy: false,
}

const KEY = 'stockhand-settings'

/** Kept on the device; whatever cannot be read is replaced by the default, field by field. */
export const openSettings = (storage: Pick<Storage, 'getItem' | 'setItem'>, browserLanguage: string): SettingsStore => {
  const first: Settings = { ...DEFAULTS, language: browserLanguage.startsWith('tr') ? 'tr' : 'en' }
  let settings = merged(first, read(storage))
  const listeners = new Set<() => void>()
  return {
    get: () => settings,
    set: change => {
      settings = { ...settings, ...change }
      storage.setItem(KEY, JSON.stringify(settings))
      for (const listener of listeners) listener()
    },
    subscribe: listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

const read = (storage: Pick<Storage, 'getItem'>): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(storage.getItem(KEY) ?? '{}')
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

const oneOf = <T>(values: readonly T[], value: unknown, otherwise: T): T =>
  values.find(known => known === value) ?? otherwise

const level = (value: unknown, max: number, otherwise: number): number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max ? value : otherwise

const merged = (base: Settings, value: Record<string, unknown>): Settings => ({
  language: oneOf(['en', 'tr'] as const, value['language'], base.language),
  theme: oneOf(['auto', 'light', 'dark'] as const, value['theme'], base.theme),
  text: oneOf([100, 125, 150, 175, 200] as const, value['text'], base.text),
  buttons: oneOf([100, 125, 150] as const, value['buttons'], base.buttons),
  leftHand: value['leftHand'] === true,
  sound: level(value['sound'], 10, base.sound),
  vibration: level(value['vibration'], 5, base.vibration),
  noisy: value['noisy'] === true,
})

/** What the person has chosen, on the root element: the style sheets do the rest. */
export const wear = (root: HTMLElement, settings: Settings, prefersDark: boolean): void => {
  root.lang = settings.language
  root.dir = 'ltr'
  root.dataset['theme'] = settings.theme === 'auto' ? (prefersDark ? 'dark' : 'light') : settings.theme
  root.dataset['hand'] = settings.leftHand ? 'left' : 'right'
  root.dataset['noisy'] = String(settings.noisy)
  root.style.fontSize = `${settings.text}%`
  root.style.setProperty('--scale', String(settings.buttons / 100))
}
