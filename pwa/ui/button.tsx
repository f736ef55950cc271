import type { MouseEvent, ReactNode } from 'react'

type Props = {
  onPress: () => void
  children: ReactNode
  kind?: 'plain' | 'primary' | 'row' | 'icon'
  label?: string
  className?: string
  pressed?: boolean
}

/** A button that keeps no focus after a tap: otherwise the Enter of the next scan would press it again. */
export const Button = ({ onPress, children, kind = 'plain', label, className = '', pressed }: Props) => {
  const press = (event: MouseEvent<HTMLButtonElement>): void => {
    // Pressed by the keyboard, the focus stays where the person has put it.
    if (event.detail > 0) event.currentTarget.blur()
    onPress()
  }
  return (
    <button
      type="button"
      className={`button ${className}`.trim()}
      data-kind={kind}
      onClick={press}
      {...(label === undefined ? {} : { 'aria-label': label })}
      {...(pressed === undefined ? {} : { 'aria-pressed': pressed })}
    >
      {children}
    </button>
  )
}
