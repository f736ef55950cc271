import type { KeyOffer } from '../../shared/process/process.ts'
import { useApp } from '../app/services.ts'
import { Button } from '../ui/button.tsx'

/** All exception keys of the state, most likely first, and what helps everywhere. */
export const ProblemPanel = ({ keys }: { keys: readonly KeyOffer[] }) => {
  const { controller, speaker } = useApp()
  return (
    <div className="choices">
      {keys.map(key => (
        <Button key={key.command} onPress={() => void controller.press(key.command)}>
          {speaker.word(key.word)}
        </Button>
      ))}
      <Button onPress={() => controller.panel('none')}>{speaker.word('b.close')}</Button>
    </div>
  )
}
