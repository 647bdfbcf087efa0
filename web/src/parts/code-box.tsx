import { shown } from '../text.ts'

/** Lines that others wrote, such as JSON or a stack. */
export function CodeBox({ label, text }: { label: string; text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section class="json" tabIndex={0} aria-label={label}>
      <pre>{text.split('\n').map(shown).join('\n')}</pre>
    </section>
  )
}
