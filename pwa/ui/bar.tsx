import type { KeyOffer } from '../../shared/process/process.ts'
import { useApp } from '../app/services.ts'
import { Button } from './button.tsx'

/** At most three buttons in thumb's reach. The last of two answers is the primary one. */
export const Bar = ({ offers }: { offers: readonly KeyOffer[] }) => {
  const { controller, speaker } = useApp()
  return (
    <div className="bar" data-count={offers.length} role="group" aria-label={speaker.word('key.menu')}>
      {offers.map(offer => (
        <Button
          key={offer.command}
          kind={offer.command === 'XCYES' ? 'primary' : 'plain'}
          onPress={() => void controller.press(offer.command)}
        >
          {speaker.word(offer.word)}
        </Button>
      ))}
    </div>
  )
}
