import type { Say } from '../app/state.ts'
import type { Speaker } from '../words/words.ts'

/** A sentence with its values isolated: a name or code never turns the order of the words around it. */
export const Said = ({ say, speaker }: { say: Say; speaker: Speaker }) => (
  <span>
    {speaker.pieces(say.key, say.values).map((piece, at) =>
      piece.isValue ? (
        <bdi key={at} translate="no">
          {piece.text}
        </bdi>
      ) : (
        <span key={at}>{piece.text}</span>
      ),
    )}
  </span>
)
