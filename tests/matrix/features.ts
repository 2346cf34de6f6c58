import type { Client } from './ask.ts'
import type { Cell } from './call.ts'
import { array, brokenArray } from './cells/array.ts'
import { bare, loop, parallel } from './cells/call-tools.ts'
import { cost } from './cells/cost.ts'
import { cut } from './cells/cut.ts'
import { broken, hungUp, limited, midway, refused } from './cells/fail.ts'
import { flood } from './cells/flood.ts'
import { dribbled, lined, unmarked, unmetered } from './cells/frame.ts'
import { leaving } from './cells/leave.ts'
import { resuming } from './cells/resume.ts'
import { oddNames } from './cells/odd-names.ts'
import { filtered, length, refusal, silence, stopped, text } from './cells/say.ts'
import { image, structured, structuredByTool } from './cells/show.ts'
import { locked, signed } from './cells/think.ts'
import { dialectNames, modelsOf, type UpstreamName } from './upstreams.ts'
import type { Host } from './world.ts'

/** A row of the matrix. */
export interface Feature {
  readonly name: string
  readonly play: (cell: Cell) => Promise<void>
  /** Only streams have it. */
  readonly streamed?: true
  /** With which models; otherwise with the plain one. */
  readonly with?: 'thinking' | 'old'
  /** Only these providers have it. */
  readonly of?: readonly UpstreamName[]
  /** Only here it can be measured. */
  readonly on?: Host
  /** Only these callers have it. */
  readonly by?: readonly Client['dialect'][]
}

const allButResponses = ['openai-chat', 'anthropic-messages', 'gemini'] as const
const allButAnthropic = ['openai-chat', 'openai-responses', 'gemini'] as const

export const features: readonly Feature[] = [
  { name: 'text', play: text },
  { name: 'an answer that reached its cap', play: length },
  { name: 'an answer that was filtered', play: filtered },
  { name: 'an answer that says nothing', play: silence },
  { name: 'a refusal', play: refusal, of: ['chat', 'responses'] },
  {
    name: 'a stop sequence',
    play: stopped,
    of: ['chat', 'anthropic', 'gemini', 'bedrock'],
    by: allButResponses,
  },
  { name: 'an image', play: image },
  { name: 'structured output', play: structured },
  {
    name: 'structured output by a tool',
    play: structuredByTool,
    of: ['anthropic'],
    by: allButAnthropic,
    with: 'old',
  },
  { name: 'tools in parallel', play: parallel },
  { name: 'a tool without arguments', play: bare },
  { name: 'a loop with tools', play: loop },
  { name: 'thoughts that are signed', play: signed, with: 'thinking', of: [...dialectNames, 'open'] },
  { name: 'thoughts under lock', play: locked, with: 'thinking', of: ['anthropic', 'bedrock'] },
  {
    name: 'a conversation that the gateway keeps',
    play: resuming,
    with: 'thinking',
    by: ['openai-responses'],
  },
  { name: 'a request that the provider refuses', play: refused },
  { name: 'a provider at its limit', play: limited },
  { name: 'a provider that fails', play: broken },
  { name: 'a provider that fails midway', play: midway },
  { name: 'a provider that hangs up', play: hungUp },
  // workerd does not notice that a caller is gone who closes its side in peace, as fetch does.
  { name: 'a caller that leaves', play: leaving, on: 'node' },
  {
    name: 'a caller that does not read',
    play: flood,
    on: 'node',
    streamed: true,
    of: ['anthropic'],
    by: ['openai-chat'],
  },
  {
    name: 'a caller that does not read',
    play: flood,
    on: 'node',
    streamed: true,
    of: ['chat'],
    by: ['anthropic-messages'],
  },
  { name: 'what it cost', play: cost },
  { name: 'fields of odd names', play: oddNames },
  { name: 'a budget that ends', play: cut, streamed: true },
  { name: 'bytes that dribble', play: dribbled, streamed: true },
  { name: 'lines that end in CRLF, and comments', play: lined, streamed: true },
  {
    name: 'an end without its mark',
    play: unmarked,
    streamed: true,
    of: ['chat', 'responses', 'anthropic', 'gemini'],
  },
  { name: 'an end without its usage', play: unmetered, streamed: true, of: ['bedrock'] },
  { name: 'an array in place of events', play: array, streamed: true, by: ['gemini'] },
  { name: 'an array that breaks off', play: brokenArray, streamed: true, by: ['gemini'] },
]

/** The models with which a feature is tried between these two; none where they do not have it. */
export function modelsFor(
  { with: kind, of = dialectNames, by }: Feature,
  upstream: UpstreamName,
  client: Client,
): readonly string[] {
  if (!of.includes(upstream) || by?.includes(client.dialect) === false) return []
  const { plain, thinking, old } = modelsOf(upstream, client)
  if (kind === 'thinking') return thinking
  return kind === 'old' && old !== undefined ? [old] : [plain]
}

/** Streamed, and whole where there is such a thing. */
export function waysOf({ streamed }: Feature): readonly boolean[] {
  return streamed ? [true] : [false, true]
}
