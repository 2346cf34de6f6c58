import type { Block, ChatAnswer } from '../../../src/core/chat/answer.ts'
import type { ChatCall, MediaPart, Part } from '../../../src/core/chat/call.ts'
import { openaiResponses } from '../../../src/dialects/openai-responses/dialect.ts'
import { bytesOf } from '../../dialects/splits.ts'
import type { Can } from './can.ts'
import { testCodec } from './contract.ts'
import { normalForOpenAi } from './openai-normal.ts'
import { without, withParts } from './without.ts'

function normalMedia(part: MediaPart): Part {
  const { source, cache, name } = part
  const mark = cache ? { cache: {} } : {}
  if (source.type === 'text')
    return { type: 'text', text: name === undefined ? source.text : `# ${name}\n\n${source.text}`, ...mark }
  if (part.type === 'image') return { ...part, detail: part.detail ?? 'auto', ...mark }
  if (part.type === 'document' && source.type === 'base64')
    return { ...part, name: part.name ?? 'document.pdf', ...mark }
  return { ...part, ...mark }
}

function normalPart(part: Part): Part[] {
  if ('source' in part) return [normalMedia(part)]
  return ['cache' in part && part.cache ? { ...part, cache: {} } : part]
}

/** What stands for no schema; a strict one says that nothing else may come. */
function noArguments(isStrict: boolean) {
  return { type: 'object', properties: {}, ...(isStrict && { required: [], additionalProperties: false }) }
}

function normalCall(asked: ChatCall): ChatCall {
  const call = normalForOpenAi(asked)
  const { endUser, cacheKey, format, reasoning } = call
  return {
    ...withParts(call, normalPart),
    tools: call.tools.map((tool) =>
      tool.kind === 'custom'
        ? tool
        : {
            ...tool,
            schema: tool.schema ?? noArguments(tool.strict === true),
            strict: tool.strict ?? false,
          },
    ),
    outputCap: 4096,
    // It is not shown unless it is asked for.
    ...(reasoning?.visible === false && { reasoning: without(reasoning, 'visible') }),
    ...(endUser !== undefined && { endUser: `acme:${endUser}` }),
    ...(cacheKey !== undefined && { cacheKey: `acme:${cacheKey}` }),
    ...(format?.type === 'schema' && { format: { ...format, name: format.name ?? 'answer' } }),
  }
}

function normalBlock(block: Block): Block[] {
  if (block.type === 'refusal') return block.text === '' ? [] : [without(block, 'logprobs')]
  if (block.type === 'text') return block.text === '' ? [] : [block]
  if (block.type === 'reasoning') return block.text === '' && !block.seal ? [] : [block]
  return [block]
}

function normalAnswer(answer: ChatAnswer): ChatAnswer {
  const { finish } = answer
  const plain = finish === 'stop_sequence' || finish === 'pause'
  return {
    ...without(answer, 'stopSequence'),
    blocks: answer.blocks.flatMap(normalBlock),
    finish: plain ? 'stop' : finish,
  }
}

const can: Can = {
  upstreamModel: 'gpt-5.6',
  maker: 'openai',
  capPath: ['max_output_tokens'],
  request: (stream) => ({ body: bytesOf(JSON.stringify({ model: 'm', input: 'hi', stream })) }),
  call: {
    carries: [
      'system',
      'system_turn',
      'refusal',
      'cache',
      'image_base64',
      'image_url',
      'detail',
      'document_base64',
      'document_url',
      'document_name',
      'tools',
      'result_media',
      'custom_tools',
      'grammar',
      'schemaless_tools',
      'strict',
      'tool_choice',
      'tool_choice_one',
      'tool_choice_some',
      'tool_choice_some_auto',
      'parallel_tools',
      'format_json',
      'format_schema',
      'format_names',
      'temperature',
      'top_p',
      'logprobs',
      'verbosity',
      'standard_tier',
      'end_user',
      'cache_key',
      'metadata',
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
    finishes: ['stop', 'stop_sequence', 'length', 'tool_calls', 'content_filter', 'pause'],
    stopSequence: false,
    lateSeals: true,
    brokenCalls: true,
    normal: normalAnswer,
  },
  words:
    `id object response model input output instructions message type role content user assistant system developer
    input_text output_text text input_image image_url detail input_file file_url file_data filename input_audio refusal
    annotations url_citation url title start_index end_index reasoning summary summary_text encrypted_content function_call
    call_id name arguments function_call_output custom_tool_call custom_tool_call_output tools function parameters strict
    custom format grammar tool_choice allowed_tools mode required auto text_format json_schema schema json_object effort
    verbosity include reasoning.encrypted_content metadata prompt_cache_breakpoint status completed incomplete
    incomplete_details reason max_output_tokens usage input_tokens output_tokens response.created response.completed
    response.output_item.added response.output_item.done item output_index content_index response.output_text.delta delta
    response.content_part.added part response.function_call_arguments.delta item_id response.reasoning_summary_text.delta
    response.failed error code sequence_number data:image/png;base64,AAAA logprobs token logprob top_logprobs`.split(
      /\s+/,
    ),
}

testCodec('openai-responses', openaiResponses, can)
