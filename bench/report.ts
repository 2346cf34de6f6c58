import type { Sample } from './rounds.ts'
import type { Workload } from './workloads.ts'

/** One figure of all three targets. `ratio` is Weir's to the bare proxy's. */
interface Line {
  readonly name: string
  readonly direct: string
  readonly bare: string
  readonly weir: string
  readonly ratio: string
  readonly spread: string
}

/** The rounds as a Markdown table, its columns as wide as their widest cell. */
export function tableOf(samples: readonly Sample[]): string {
  const workloads = [...new Set(samples.map(({ workload }) => workload))]
  const lines = workloads.flatMap((workload) => {
    const own = samples.filter((sample) => sample.workload === workload)
    return linesOf(workload, own)
  })
  const rows = [
    ['', 'direct', 'bare', 'Weir', 'Weir / bare', 'rounds'],
    ...lines.map(({ name, direct, bare, weir, ratio, spread }) => [name, direct, bare, weir, ratio, spread]),
  ]
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const isText = (column: number) => column === 0 || column === widths.length - 1
  const rule = widths.map((width, column) =>
    isText(column) ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  )
  const padded = rows.map((row) =>
    row.map((cell, column) =>
      isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    ),
  )
  return padded
    .toSpliced(1, 0, rule)
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n')
}

function linesOf(workload: Workload, samples: readonly Sample[]): Line[] {
  const cpu = lineOf(`${workload.name}: CPU us`, samples, (sample) => sample.cpuMicrosPerAnswer)
  if (workload.timed === undefined)
    return [lineOf(`${workload.name}: per second`, samples, (sample) => sample.perSecond), cpu]
  return [
    addedLine(`${workload.name}: p50 us, added`, samples, ({ p50 }) => p50 * 1000),
    addedLine(`${workload.name}: p99 us, added`, samples, ({ p99 }) => p99 * 1000),
    cpu,
  ]
}

type Figure = (sample: Sample) => number

/** The ratio is the median of the rounds' own, for the machine changes from round to round. */
function lineOf(name: string, samples: readonly Sample[], figure: Figure): Line {
  const byRound = (target: Sample['target']) => samples.filter((s) => s.target === target).map(figure)
  const [direct, bare, weir] = [byRound('direct'), byRound('bare'), byRound('weir')]
  const ratios = weir.map((value, round) => value / (bare[round] ?? NaN)).toSorted((a, b) => a - b)
  const medians = { direct: median(direct), bare: median(bare), weir: median(weir) }
  return line(name, medians, {
    ratio: median(ratios),
    spread: `ratios ${ratios.map((ratio) => ratio.toFixed(2)).join(' ')}`,
  })
}

/** What a proxy adds to the direct way, round by round. A round in which noise made it nothing has no ratio of its own. */
function addedLine(name: string, samples: readonly Sample[], figure: Figure): Line {
  const of = (target: Sample['target']) => samples.filter((s) => s.target === target).map(figure)
  const direct = of('direct')
  const added = (target: Sample['target']) => of(target).map((value, round) => value - (direct[round] ?? NaN))
  const weir = added('weir').toSorted((a, b) => a - b)
  const medians = { direct: median(direct), bare: median(added('bare')), weir: median(weir) }
  return line(name, medians, {
    ratio: medians.weir / medians.bare,
    spread: `Weir ${weir.map(whole).join(' ')}`,
  })
}

function line(
  name: string,
  medians: Readonly<Record<Sample['target'], number>>,
  { ratio, spread }: { ratio: number; spread: string },
): Line {
  const { direct, bare, weir } = medians
  return {
    name,
    direct: whole(direct),
    bare: whole(bare),
    weir: whole(weir),
    ratio: ratio.toFixed(2),
    spread,
  }
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2
}

/** Above this share of its core the generator may be what is measured. */
const tooBusy = 0.95

/** How busy the generator and the mock were while a proxy was the one to be measured. */
export function generatorNote(samples: readonly Sample[]): string {
  const loaded = samples.filter(({ workload, target }) => workload.timed === undefined && target !== 'direct')
  const most = (target: Sample['target']) =>
    Math.max(...loaded.filter((sample) => sample.target === target).map((sample) => sample.generatorBusy))
  const [bare, weir] = [most('bare'), most('weir')]
  const note = `Load generator and mock used at most ${percent(bare)} of their core under the bare proxy, ${percent(weir)} under Weir.`
  return bare > tooBusy ? `${note} The bare proxy could be faster than it shows.` : note
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
