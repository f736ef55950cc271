import type { Language } from '../../words/words.ts'
import { commandSheet } from '../../words/command-sheet.ts'
import { practiceSheet } from '../../words/practice-sheet.ts'
import { useDesk, whyNot } from './context.ts'
import type { Desk } from './context.ts'
import { savePdf } from './print-out.tsx'

const LANGUAGES: readonly Language[] = ['en', 'tr']

const SHEETS = [
  { name: 'commands', word: 'pr.sheet.commands', of: commandSheet },
  { name: 'practice', word: 'pr.sheet.practice', of: practiceSheet },
] as const

const saveSheet = async (desk: Desk, { name, of }: (typeof SHEETS)[number], language: Language): Promise<void> =>
  savePdf(desk, `${name}-${language}`, { what: 'sheet', sheet: await of(language) })

/** The sheets of commands and of the practice, in the language of who works with them. */
export const Sheets = () => {
  const desk = useDesk()
  const { speaker } = desk
  return (
    <>
      <p>{speaker.say('pr.sheet.how')}</p>
      {SHEETS.map(sheet => (
        <div className="desk-tools" key={sheet.name}>
          {LANGUAGES.map(language => (
            <button
              key={language}
              type="button"
              className="desk-button"
              onClick={() =>
                void saveSheet(desk, sheet, language).then(
                  () => desk.tell(speaker.say('pr.saved')),
                  (error: unknown) => desk.tell(whyNot(speaker, error)),
                )
              }
            >
              {speaker.say(sheet.word)} · {language.toUpperCase()}
            </button>
          ))}
        </div>
      ))}
    </>
  )
}
