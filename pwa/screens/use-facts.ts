import { useCallback, useEffect, useState } from 'react'
import type { App } from '../app/services.ts'
import { askStorage, tryCamera, vibrates } from '../check/gather.ts'
import { keepAnswers, readAnswers, readScanner } from '../check/kept-answers.ts'
import type { Answers } from '../check/kept-answers.ts'
import type { Facts } from '../check/checks.ts'

/** What the wedge has learnt is written when its burst is over. */
const LEARNT_MS = 1300
const SECOND_MS = 1000

type Seen = { storage: Facts['storage']; clockOffS: number | null; isKept: boolean }
const UNSEEN: Seen = { storage: { persists: null, used: null }, clockOffS: null, isKept: false }

/** Looks at this handheld as long as the screen stands, and keeps what the person says of it. */
export const useFacts = (app: App): { facts: Facts; answer: (change: Partial<Answers>) => void; tryIt: () => void } => {
  const { chosen, handheld, state } = app
  const [answers, setAnswers] = useState(() => readAnswers(localStorage))
  const [scanner, setScanner] = useState(() => readScanner(localStorage))
  const seen = useSeen(app)
  const { test } = state
  useEffect(() => {
    if (test === null) return undefined
    const timer = setTimeout(() => setScanner(readScanner(localStorage)), LEARNT_MS)
    return () => clearTimeout(timer)
  }, [test])
  const answer = useCallback((change: Partial<Answers>): void => {
    setAnswers(before => {
      const after = { ...before, ...change }
      keepAnswers(localStorage, after)
      return after
    })
  }, [])
  const facts: Facts = {
    read: test === null ? null : { text: test.scan.text, source: test.scan.source },
    scanner: { ...scanner, gapMsP95: test?.scan.gapMsP95 ?? scanner.gapMsP95 },
    camera: answers.camera,
    sound: { level: chosen.sound, heard: answers.heard },
    vibration: { level: chosen.vibration, isThere: vibrates(), felt: answers.felt },
    storage: seen.storage,
    clockOffS: seen.clockOffS,
    link: state.status.link,
    isReadyOffline: seen.isKept && handheld.hasCatalogue(),
  }
  return { facts, answer, tryIt: () => void tryCamera().then(camera => answer({ camera })) }
}

const useSeen = ({ handheld, state }: App): Seen => {
  const [seen, setSeen] = useState(UNSEEN)
  const { lastGoodRound } = state.status
  useEffect(() => {
    let gone = false
    const look = async (): Promise<void> => {
      const storage = await askStorage()
      if (gone) return
      // The corrected time against the one of the device: what the last round has measured.
      const offS = (Date.parse(handheld.now()) - Date.now()) / SECOND_MS
      setSeen(before => ({ ...before, storage, clockOffS: lastGoodRound === null ? null : offS }))
    }
    void look()
    return () => {
      gone = true
    }
  }, [handheld, lastGoodRound])
  useEffect(() => {
    let gone = false
    if (!('serviceWorker' in navigator)) return undefined
    void navigator.serviceWorker.ready.then(() => {
      if (!gone) setSeen(before => ({ ...before, isKept: true }))
    })
    return () => {
      gone = true
    }
  }, [])
  return seen
}
