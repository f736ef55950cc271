import { useEffect, useState } from 'react'
import { useApp } from '../app/services.ts'

/** How many photos the server does not have yet; nothing where there are none, or where they are not loaded. */
export const PhotosWaiting = () => {
  const { photos, speaker } = useApp()
  const [count, setCount] = useState(0)
  useEffect(() => {
    let leave: (() => void) | null = null
    let gone = false
    const listen = async (): Promise<void> => {
      const desk = await photos()
      if (gone) return
      leave = desk.subscribe(() => setCount(desk.waiting()))
      setCount(desk.waiting())
    }
    // A database of photos that does not open hides a number, nothing else.
    void listen().catch(() => undefined)
    return () => {
      gone = true
      leave?.()
    }
  }, [photos])
  return count === 0 ? null : <p role="status">{speaker.say('photo.waiting', { n: count })}</p>
}
