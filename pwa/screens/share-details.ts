import type { App } from '../app/services.ts'
import { detailsOf } from '../app/details.ts'

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

/** By the sheet of the device where it has one, else onto the clipboard, else as a file. Returns whether it lies on the clipboard. */
export const shareDetails = async ({ info, handheld, state, chosen }: App): Promise<boolean> => {
  const text = detailsOf({
    version: info.version,
    number: info.number,
    warehouse: handheld.warehouse.name,
    now: handheld.now(),
    agent: navigator.userAgent,
    page: { width: innerWidth, height: innerHeight, ratio: devicePixelRatio },
    status: state.status,
    settings: chosen,
    checks: kept('stockhand-checks'),
    scanner: kept('stockhand-scanner'),
    storage: await storageNow(),
  })
  try {
    if ('share' in navigator) {
      await navigator.share({ title: 'Stockhand', text })
      return false
    }
  } catch (error) {
    // Somebody who closes the sheet has decided; where it does not work at all there are other ways.
    if (error instanceof DOMException && error.name === 'AbortError') return false
  }
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    saveAsFile(text)
    return false
  }
}

const saveAsFile = (text: string): void => {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = 'stockhand-details.json'
  link.click()
  URL.revokeObjectURL(url)
}
