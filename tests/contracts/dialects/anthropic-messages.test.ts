import type { Block, ChatAnswer } from '../../../src/core/chat/answer.ts'
import type { ChatCall, Part, Sampling } from '../../../src/core/chat/call.ts'
import type { Citation } from '../../../src/core/chat/citation.ts'
import { anthropicMessages } from '../../../src/dialects/anthropic-messages/dialect.ts'
import { bytesOf } from '../../dialects/splits.ts'
import type { Can } from './can.ts'
import { testCodec } from './contract.ts'
import { without, withParts } from './without.ts'

/** Tools take objects here: what takes plain text is one with a single field. */
const asInput = (text: string) => JSON.stringify({ input: text })

function normalPart(part: Part): Part[] {
  switch (part.type) {
    case 'refusal':
      return [{ type: 'text', text: part.text }]
    case 'tool_call':
      return [
        {
          ...part,
          kind: 'function',
          arguments: part.kind === 'custom' ? asInput(part.arguments) : part.arguments,
        },
      ]
    case 'tool_result':
      return [{ ...part, kind: 'function' }]
    case 'document':
      return [
        part.source.type === 'url'
          ? { ...part, source: { ...part.source, mediaType: 'application/pdf' } }
          : part,
      ]
    default:
      return [part]
  }
}

/** Whether to call several tools at once is said beside the choice, and of none there is no word. */
function normalChoice({ toolChoice, parallelTools }: ChatCall) {
  if (parallelTools === undefined) return toolChoice && { toolChoice }
  if (toolChoice?.mode === 'none') return { toolChoice, parallelTools: undefined }
  return { toolChoice: toolChoice ?? { mode: 'auto' as const }, parallelTools }
}

/** What changes nothing is as good as no word. */
function normalSampling(sampling: Sampling): Sampling {
  const { temperature, topP, presencePenalty, frequencyPenalty } = sampling
  return without(
    sampling,
    ...(topP === 1 && temperature !== undefined ? (['topP'] as const) : []),
    ...(presencePenalty === 0 ? (['presencePenalty'] as const) : []),
    ...(frequencyPenalty === 0 ? (['frequencyPenalty'] as const) : []),
  )
}

/** What stands for no schema; a strict one says that nothing else may come. */
function noArguments(strict: boolean) {
  return { type: 'object', properties: {}, ...(strict && { additionalProperties: false }) }
}

function normalCall(call: ChatCall): ChatCall {
  const { endUser, tools, sampling, format } = call
  return {
    ...withParts(call, normalPart),
    ...normalChoice(call),
    tools: tools.map((tool) => (tool.schema ? tool : { ...tool, schema: noArguments(tool.strict === true) })),
    sampling: normalSampling(sampling),
    // Every answer keeps to its schema here.
    ...(format?.type === 'schema' && { format: { ...format, strict: true } }),
    outputCap: 4096,
    ...(endUser !== undefined && { endUser: `acme:${endUser}` }),
  } as ChatCall
}

/** A place in a web page cannot be told. */
function normalCitation(citation: Citation): Citation {
  return citation.type === 'url' ? { quote: '', ...without(citation, 'start', 'end') } : citation
}

function normalBlock(block: Block): Block[] {
  if ('text' in block && block.text === '' && !('seal' in block)) return []
  if (block.type === 'tool_call') return normalToolCall(block)
  if (block.type !== 'text' && block.type !== 'refusal') return [block]
  const citations = block.citations?.map(normalCitation)
  return [{ type: 'text', text: block.text, ...(citations && { citations }) }]
}

type ToolCall = Extract<Block, { readonly type: 'tool_call' }>

/** A seal stands in front of its call, and no arguments at all are an empty object, too. */
function normalToolCall({ seal, ...call }: ToolCall): Block[] {
  const input = call.kind === 'custom' && call.arguments !== '' ? asInput(call.arguments) : call.arguments
  return [
    ...(seal ? [{ type: 'reasoning' as const, text: '', seal }] : []),
    { ...call, kind: 'function', arguments: input || '{}' },
  ]
}

function normalAnswer(answer: ChatAnswer): ChatAnswer {
  const { finish } = answer
  return {
    ...answer,
    blocks: answer.blocks.flatMap(normalBlock),
    finish: finish === 'error' ? 'stop' : finish,
  }
}

const can: Can = {
  upstreamModel: 'claude-sonnet-4-5',
  maker: 'anthropic',
  capPath: ['max_tokens'],
  request: (stream) => ({
    body: bytesOf(JSON.stringify({ model: 'm', max_tokens: 9, messages: [], stream })),
  }),
  call: {
    carries: [
      'system',
      'image_base64',
      'image_url',
      'document_base64',
      'document_url',
      'document_text',
      'document_name',
      'document_context',
      'tools',
      'result_media',
      'is_error',
      'strict',
      'tool_choice',
      'tool_choice_one',
      'parallel_tools',
      'format_schema',
      'temperature',
      'top_k',
      'stop',
      'many_stops',
      'standard_tier',
      'end_user',
    ],
    approximates: [
      'system_turn',
      'custom_tools',
      'grammar',
      'tool_choice_some',
      'tool_choice_some_auto',
      'format_json',
      'format_names',
      'effort',
      'budget',
      'visible',
    ],
    normal: normalCall,
  },
  answer: {
    blocks: [
      'text',
      'reasoning',
      'seals',
      'refusal',
      'function',
      'custom',
      'call_seals',
      'url_citations',
      'document_citations',
    ],
    finishes: ['stop', 'stop_sequence', 'length', 'tool_calls', 'content_filter', 'pause', 'error'],
    stopSequence: true,
    lateSeals: false,
    brokenCalls: true,
    normal: normalAnswer,
  },
  words:
    `id type message model role content user assistant system text image source base64 url media_type data document title
    context citations enabled cache_control ephemeral ttl 1h tool_use tool_result tool_use_id input name is_error thinking
    signature redacted_thinking tools input_schema tool_choice any auto tool none disable_parallel_tool_use max_tokens
    stop_sequences temperature top_p top_k metadata user_id output_config effort format json_schema schema service_tier
    message_start content_block_start content_block index content_block_delta delta text_delta input_json_delta partial_json
    thinking_delta signature_delta citations_delta citation cited_text char_location content_block_stop message_delta
    stop_reason end_turn stop_sequence usage input_tokens output_tokens cache_read_input_tokens message_stop ping error
    properties application/pdf image/png`.split(/\s+/),
}

testCodec('anthropic-messages', anthropicMessages, can)
