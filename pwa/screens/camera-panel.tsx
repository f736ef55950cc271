import { useEffect, useRef, useState } from 'react'
import { useApp } from '../app/services.ts'
import type { OpenCamera } from '../app/services.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { MissingPart } from './late.tsx'

/** The camera lives in the middle row: band, prompt and bar stay where they are. */
export const CameraPanel = () => {
  const { controller, openCamera, speaker } = useApp()
  const video = useRef<HTMLVideoElement>(null)
  const [state, setState] = useState<'opening' | 'denied' | 'missing' | OpenCamera>('opening')
  const [light, setLight] = useState(false)
  useEffect(() => {
    let closed = false
    let camera: OpenCamera | null = null
    const start = async (): Promise<void> => {
      if (video.current === null) return
      camera = await openCamera(video.current, scan => void controller.scan(scan), controller.wants)
      if (closed) camera?.stop()
      else setState(camera ?? 'denied')
    }
    // What decodes is loaded with it, and may not be there.
    start().catch(() => {
      if (!closed) setState('missing')
    })
    return () => {
      closed = true
      camera?.stop()
    }
  }, [controller, openCamera])
  const lamp = typeof state === 'object' ? state.light : null
  if (state === 'missing') return <MissingPart />
  if (state === 'denied') return <p className="centre">{speaker.say('camera.no')}</p>
  return (
    <div className="camera">
      <video ref={video} muted playsInline />
      <div className="target" />
      {lamp === null ? null : (
        <Button
          kind="icon"
          className="icon"
          label={speaker.word('b.torch')}
          pressed={light}
          onPress={() => {
            setLight(!light)
            void lamp(!light)
          }}
        >
          <Icon name="light" />
        </Button>
      )}
    </div>
  )
}
