import { detailsOf } from './details.ts'
import type { Services } from './services.ts'

const kept = (key: string): unknown => {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null')
  } catch {
    return null
  }
}

const storageNow = async () => {
  if (!('storage' in navigator)) return { usage: null, quota: null, persists: false }
  const { usage = null, quota = null } = await navigator.storage.estimate()
  return { usage, quota, persists: await navigator.storage.persisted() }
}

/** How this handheld is at this moment, as `detailsOf` may tell it. */
export const detailsHere = async ({
  info,
  handheld,
  settings,
}: Pick<Services, 'info' | 'handheld' | 'settings'>): Promise<string> =>
  detailsOf({
    version: info.version,
    number: info.number,
    warehouse: handheld.warehouse.name,
    now: handheld.now(),
    agent: navigator.userAgent,
    page: { width: innerWidth, height: innerHeight, ratio: devicePixelRatio },
    status: handheld.status(),
    settings: settings.get(),
    checks: kept('stockhand-checks'),
    scanner: kept('stockhand-scanner'),
    storage: await storageNow(),
  })
