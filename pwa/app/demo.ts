import type { Scan } from '../../shared/scan/scan.ts'

/** The printed sheet of the demo, in another window of this browser: a click on a code arrives here as a scan. */
const CHANNEL = 'stockhand-demo'

/** Same origin by the nature of the channel, and only where the server says that this is the demo. */
export const listenToDemo = async (onScan: (scan: Scan) => void): Promise<() => void> => {
  if (!(await isDemo())) return () => undefined
  const channel = new BroadcastChannel(CHANNEL)
  channel.addEventListener('message', event => {
    const said: unknown = event.data
    if (typeof said !== 'object' || said === null || !('text' in said) || typeof said.text !== 'string') return
    const text = said.text.trim()
    if (text === '') return
    onScan({ source: 'wedge', raw: text, text, aim: null, symbology: null, t0: event.timeStamp, equalReads: 1 })
  })
  return () => channel.close()
}

const isDemo = async (): Promise<boolean> => {
  try {
    const answer: unknown = await (await fetch('/api/health')).json()
    return typeof answer === 'object' && answer !== null && 'demo' in answer && answer.demo === true
  } catch {
    return false
  }
}
