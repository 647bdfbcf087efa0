import type { ComponentChildren } from 'preact'
import { shown } from '../text.ts'

export type Tone = 'ok' | 'wait' | 'retrying' | 'dead' | 'off' | 'unknown'

const SIGNS: Record<Tone, string> = {
  ok: '●',
  wait: '◷',
  retrying: '▲',
  dead: '✖',
  off: '○',
  unknown: '?',
}

/** A state: always a sign and a word beside its colour. */
export function State({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return (
    <span class={`state ${tone}`}>
      <span class="sign" aria-hidden="true">
        {SIGNS[tone]}
      </span>
      {children}
    </span>
  )
}

/** A text that others wrote. */
export function Foreign({ text, mono = false }: { text: string; mono?: boolean }) {
  return <span class={mono ? 'foreign mono' : 'foreign'}>{shown(text)}</span>
}

/** The time in the zone of the viewer, with UTC on hover. */
export function Time({ ms }: { ms: number }) {
  const date = new Date(ms)
  if (Number.isNaN(date.getTime())) return <span>–</span>
  const iso = date.toISOString()
  const text = date.toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })
  return (
    <time dateTime={iso} title={`${iso} (UTC)`}>
      {text}
    </time>
  )
}

export function Figure({
  label,
  value,
  note,
  tone,
  href,
}: {
  label: string
  value: string
  note?: string | undefined
  tone?: Tone | undefined
  href?: string
}) {
  const content = (
    <>
      <span class="label">{label}</span>
      <span class={`value ${tone ?? ''}`}>
        {tone && tone !== 'ok' && <span aria-hidden="true">{SIGNS[tone]} </span>}
        {value}
      </span>
      <span class="note">{note ?? ' '}</span>
    </>
  )
  return href === undefined ? (
    <div class="figure">{content}</div>
  ) : (
    <a class="figure" href={href}>
      {content}
    </a>
  )
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <strong>{title}</strong>
      {children && <p>{children}</p>}
    </div>
  )
}
