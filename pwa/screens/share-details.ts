import type { App } from '../app/services.ts'
import { detailsHere } from '../app/details-here.ts'

/** By the sheet of the device where it has one, else onto the clipboard, else as a file. Returns whether it lies on the clipboard. */
export const shareDetails = async (app: App): Promise<boolean> => {
  const text = await detailsHere(app)
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
