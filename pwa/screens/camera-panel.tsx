import { useEffect, useRef, useState } from 'react'
import { useApp } from '../app/services.ts'
import type { CameraState } from '../scanner/camera-life.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { late, MissingPart } from './late.tsx'

type Why = Extract<CameraState, { kind: 'failed' }>['why']
const WORDS = {
  notAllowed: 'camera.no',
  insecure: 'camera.no',
  notFound: 'camera.none',
  inUse: 'camera.used',
  didNotStart: 'camera.used',
  picture: 'camera.used',
  decoder: 'camera.dead',
} as const satisfies Record<Why, string>

/** Wanted where there are several cameras, or where one shows nothing. Without it the camera reads all the same. */
const CameraKeys = late(
  async language => {
    const [{ CameraKeys }, { learnHand }] = await Promise.all([import('./camera-keys.tsx'), import('../words/hand.ts')])
    await learnHand(language)
    return CameraKeys
  },
  () => null,
)

/** The camera lives in the middle row: band, prompt and bar stay where they are. */
export const CameraPanel = () => {
  const { controller, openCamera, speaker } = useApp()
  const video = useRef<HTMLVideoElement>(null)
  const [state, setState] = useState<CameraState>({ kind: 'opening' })
  const [isMissing, setMissing] = useState(false)
  const [light, setLight] = useState(false)
  useEffect(() => {
    let closed = false
    let camera: { stop(): void } | null = null
    const changed = (next: CameraState): void => {
      if (closed) return
      setState(before => {
        // It goes out with the picture.
        if (before.kind !== 'open' || next.kind !== 'open' || before.torch !== next.torch) setLight(false)
        return next
      })
    }
    const start = async (): Promise<void> => {
      if (video.current === null) return
      camera = await openCamera(video.current, scan => void controller.scan(scan), controller.wants, changed)
      if (closed) camera.stop()
    }
    // What decodes is loaded with it, and may not be there.
    start().catch(() => {
      if (!closed) setMissing(true)
    })
    return () => {
      closed = true
      camera?.stop()
    }
  }, [controller, openCamera])
  if (isMissing) return <MissingPart />
  const lamp = state.kind === 'open' ? state.torch : null
  return (
    <div className="camera">
      {/* Stays where it is while it waits to be opened again. */}
      <video ref={video} muted playsInline hidden={state.kind === 'failed'} />
      {state.kind === 'failed' ? (
        <p className="centre" role="status">
          {speaker.say(WORDS[state.why])}
        </p>
      ) : (
        <div className="target" />
      )}
      {state.kind === 'open' && (state.other !== null || state.isDark) ? (
        <CameraKeys other={state.other} isDark={state.isDark} />
      ) : null}
      {lamp === null ? null : (
        <Button
          kind="icon"
          className="icon"
          label={speaker.word('b.torch')}
          pressed={light}
          onPress={() => {
            setLight(!light)
            void lamp(!light).catch(() => setLight(light))
          }}
        >
          <Icon name="light" />
        </Button>
      )}
    </div>
  )
}
