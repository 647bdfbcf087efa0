const BAR = 4
const HEIGHT = 24

/** Counts over time, as bars. Its label says in words what it shows. */
export function Bars({ counts, label }: { counts: readonly number[]; label: string }) {
  const most = Math.max(1, ...counts)
  return (
    <svg
      class="bars"
      viewBox={`0 0 ${counts.length * BAR} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {counts.map((count, part) => {
        // What is there is seen, beside however much.
        const height = count === 0 ? 0 : Math.max(2, (count / most) * HEIGHT)
        return (
          <rect key={part} x={part * BAR} y={HEIGHT - height} width={BAR - 1} height={height} />
        )
      })}
    </svg>
  )
}
