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
