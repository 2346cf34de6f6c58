import type { Block, ChatAnswer, TokenLogprob } from '../../../src/core/chat/answer.ts'
import type { ChatCall, MediaPart, Part, TextPart, Turn } from '../../../src/core/chat/call.ts'
import type { Citation } from '../../../src/core/chat/citation.ts'
import { openaiChat } from '../../../src/dialects/openai-chat/dialect.ts'
import { bytesOf } from '../../dialects/splits.ts'
import type { Can } from './can.ts'
import { testCodec } from './contract.ts'
import { normalForOpenAi } from './openai-normal.ts'
import { without, withParts } from './without.ts'

type Content = TextPart | MediaPart

/** The text of a document, behind its name. */
function headed(part: Content, text: string): string {
  return 'name' in part && part.name !== undefined ? `# ${part.name}\n\n${text}` : text
}

/** A message that is all text is one text, and a document that is all text is no more than that. */
function normalContent(parts: readonly Content[]): Content[] {
  const plain = parts.map((part): Content => {
    const { source } = 'source' in part ? part : {}
    if (source?.type === 'text')
      return {
        type: 'text',
        text: headed(part, source.text),
        ...('cache' in part && { cache: part.cache }),
      } as Content
    if (part.type === 'document') return { ...part, name: part.name ?? 'document.pdf' }
    return part
  })
  const texts = plain.filter((part) => part.type === 'text')
  if (texts.length < plain.length || texts.some(({ cache }) => cache)) return plain
  return [{ type: 'text', text: texts.map(({ text }) => text).join('\n\n') }]
}

/** The media of results follow in a turn of their own. */
function normalTurn(turn: Turn): Turn[] {
  const results = turn.parts.filter((part) => part.type === 'tool_result')
  if (results.length === 0)
    return [turn.role === 'user' ? { ...turn, parts: normalContent(turn.parts as Content[]) } : turn]
  const texts = results.map((result) => ({
    ...result,
    content: result.content.filter((part) => part.type === 'text'),
  }))
  const media = results.flatMap(({ content }) => content.filter((part) => part.type !== 'text'))
  return [{ ...turn, parts: texts }, ...(media.length > 0 ? [{ role: turn.role, parts: media }] : [])]
}

/** How long a prompt is kept is not said. */
function unmarked(part: Part): Part[] {
  return ['cache' in part && part.cache ? { ...part, cache: {} } : part]
}

function normalCall(asked: ChatCall): ChatCall {
  const call = normalForOpenAi(asked)
  const { endUser, cacheKey, format, reasoning } = call
  const { system, turns } = withParts(call, unmarked)
  return {
    ...call,
    system,
    turns: turns.flatMap(normalTurn),
    outputCap: 4096,
    // It is not shown unless the provider shows it to everybody.
    ...(reasoning?.visible === false && { reasoning: without(reasoning, 'visible') }),
    ...(endUser !== undefined && { endUser: `acme:${endUser}` }),
    ...(cacheKey !== undefined && { cacheKey: `acme:${cacheKey}` }),
    ...(format?.type === 'schema' && { format: { ...format, name: format.name ?? 'answer' } }),
  }
}

type Thought = Extract<Block, { readonly type: 'reasoning' }>
type Said = Extract<Block, { readonly type: 'text' | 'refusal' }>

/** Where no seal follows, thoughts are one. */
function joinThoughts(thoughts: readonly Thought[]): Thought[] {
  const told = thoughts.filter(({ text, seal }) => text !== '' || seal)
  const count = told.findLastIndex(({ seal }) => seal) + 1
  const rest = told.slice(count).map(({ text }) => text)
  return [
    ...told.slice(0, count),
    ...(rest.length > 0 ? [{ type: 'reasoning' as const, text: rest.join('') }] : []),
  ]
}

/** All that is said is one, and citations say where in it. */
function joinSaid(type: Said['type'], blocks: readonly Said[]): Said[] {
  let text = ''
  const citations: Citation[] = []
  const logprobs: TokenLogprob[] = []
  for (const block of blocks) {
    for (const citation of block.citations ?? []) {
      if (citation.type !== 'url' || block.text === '') continue
      const { start = 0, end = block.text.length } = citation
      citations.push({ ...citation, start: text.length + start, end: text.length + end })
    }
    text += block.text
    logprobs.push(...(block.logprobs ?? []))
  }
  if (text === '') return []
  return [
    { type, text, ...(citations.length > 0 && { citations }), ...(logprobs.length > 0 && { logprobs }) },
  ]
}

/** A chat message has its thoughts, one text, one refusal, images and calls, in no other order. */
function normalAnswer(answer: ChatAnswer): ChatAnswer {
  const of = (type: Block['type']) => answer.blocks.filter((block) => block.type === type)
  const { finish } = answer
  return {
    ...without(answer, 'stopSequence'),
    blocks: [
      ...joinThoughts(of('reasoning') as Thought[]),
      ...joinSaid('text', of('text') as Said[]),
      ...joinSaid('refusal', of('refusal') as Said[]),
      ...of('image'),
      ...of('tool_call'),
    ],
    finish: finish === 'stop_sequence' || finish === 'pause' || finish === 'error' ? 'stop' : finish,
  }
}

const can: Can = {
  upstreamModel: 'gpt-5.6',
  capPath: ['max_completion_tokens'],
  request: (stream) => ({
    body: bytesOf(
      JSON.stringify({ model: 'm', messages: [], stream, stream_options: { include_usage: true } }),
    ),
  }),
  call: {
    carries: [
      'system',
      'system_turn',
      'name',
      'refusal',
      'cache',
      'image_base64',
      'image_url',
      'detail',
      'document_base64',
      'document_name',
      'audio',
      'tools',
      'custom_tools',
      'grammar',
      'schemaless_tools',
      'tool_choice',
      'tool_choice_one',
      'tool_choice_some',
      'tool_choice_some_auto',
      'parallel_tools',
      'format_json',
      'format_schema',
      'format_names',
      'strict',
      'temperature',
      'top_p',
      'seed',
      'penalties',
      'logprobs',
      'stop',
      'verbosity',
      'standard_tier',
      'end_user',
      'cache_key',
    ],
    approximates: [],
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
      'image',
      'url_citations',
      'logprobs',
    ],
    finishes: ['stop', 'stop_sequence', 'length', 'tool_calls', 'content_filter', 'pause', 'error'],
    stopSequence: false,
    lateSeals: true,
    brokenCalls: true,
    normal: normalAnswer,
  },
  words:
    `id object model messages role content user assistant system developer tool name type text image_url url detail
    input_audio data format file file_data tool_calls tool_call_id function custom arguments input function_call functions
    tools tool_choice allowed_tools mode required auto parameters strict grammar response_format json_schema schema
    reasoning_effort stop logprobs top_logprobs token logprob bytes choices index message delta finish_reason usage
    prompt_tokens completion_tokens reasoning reasoning_content reasoning_details signature weir-v1 extra_content google
    annotations url_citation start_index end_index images refusal error code prompt_cache_breakpoint metadata
    data:image/png;base64,AAAA video_url thinking`.split(/\s+/),
}

testCodec('openai-chat', openaiChat, can)
