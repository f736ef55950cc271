import { useApp } from '../app/services.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { useHand } from './use-hand.ts'

/** Another camera, where there is one; and what to do where this one shows nothing. */
export const CameraKeys = ({ other, isDark }: { other: (() => void) | null; isDark: boolean }) => {
  const hand = useHand(useApp().chosen.language)
  return (
    <>
      {isDark ? (
        <p className="dark" role="status">
          {hand.say(other === null ? 'camera.black' : 'camera.blackOther')}
        </p>
      ) : null}
      {other === null ? null : (
        <Button kind="icon" className="icon other" label={hand.say('b.otherCamera')} onPress={other}>
          <Icon name="turn" />
        </Button>
      )}
    </>
  )
}
