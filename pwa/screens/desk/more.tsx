import { useDesk } from './context.ts'

export const MoreButton = ({ more }: { more: (() => void) | null }) => {
  const { speaker } = useDesk()
  return more === null ? null : (
    <button type="button" className="desk-button" onClick={more}>
      {speaker.say('more')}
    </button>
  )
}
