import type { Client } from './ask.ts'
import type { UpstreamName } from './upstreams.ts'

/** A cell as the tests name it. */
export interface Square {
  readonly client: Client['dialect']
  readonly upstream: UpstreamName
  readonly name: string
  readonly stream: boolean
}

interface Fault {
  readonly client: Client['dialect']
  readonly upstreams?: readonly UpstreamName[]
  readonly name: RegExp
  readonly streamed?: true
  readonly why: string
}

/** Cells in which the gateway is known to be at fault. Each fails until that is mended, and then must be taken out here. */
const faults: readonly Fault[] = [
  {
    client: 'openai-chat',
    upstreams: ['chat'],
    name: /end without its mark/,
    why: 'bytes that pass as they are end as the provider ended them, without [DONE]',
  },
  {
    client: 'anthropic-messages',
    upstreams: ['anthropic'],
    name: /end without its mark/,
    why: 'bytes that pass as they are end as the provider ended them, without message_stop',
  },
  {
    client: 'anthropic-messages',
    upstreams: ['bedrock'],
    name: /a stop sequence/,
    why: 'stop_reason is stop_sequence though it is not known which it was',
  },
  {
    client: 'openai-chat',
    upstreams: ['chat'],
    name: /goes on at (responses|anthropic|gemini|bedrock)/,
    why: 'reasoning_details and reasoning_content of other providers pass to one that refuses them',
  },
  {
    client: 'openai-chat',
    upstreams: ['responses', 'anthropic', 'gemini', 'bedrock'],
    name: /goes on at chat/,
    why: 'reasoning_details and reasoning_content of other providers pass to one that refuses them',
  },
  {
    client: 'anthropic-messages',
    upstreams: ['anthropic'],
    name: /goes on at (responses|gemini)/,
    why: 'thoughts that others sealed pass to Anthropic, which refuses their signatures',
  },
  {
    client: 'anthropic-messages',
    upstreams: ['responses', 'gemini'],
    name: /goes on at anthropic/,
    why: 'thoughts that others sealed pass to Anthropic, which refuses their signatures',
  },
  {
    client: 'gemini',
    upstreams: ['gemini'],
    name: /goes on at/,
    why: 'calls that others made pass to Gemini 3 without a signature or the word that stands for none',
  },
  {
    client: 'gemini',
    upstreams: ['chat', 'responses', 'anthropic', 'bedrock'],
    name: /goes on at gemini/,
    why: 'calls that others made pass to Gemini 3 without a signature or the word that stands for none',
  },
]

/** Why a cell is known to fail; undefined for all that must not. */
export function faultOf({ client, upstream, name, stream }: Square): string | undefined {
  const known = faults.find(
    (fault) =>
      fault.client === client &&
      fault.name.test(name) &&
      (fault.upstreams?.includes(upstream) ?? true) &&
      (stream || !fault.streamed),
  )
  return known?.why
}
