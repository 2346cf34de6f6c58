import type { Block, ChatAnswer } from '../../../src/core/chat/answer.ts'
import type { ChatCall, MediaPart, Part, TextPart } from '../../../src/core/chat/call.ts'
import { gemini } from '../../../src/dialects/gemini/dialect.ts'
import { bytesOf } from '../../dialects/splits.ts'
import type { Can } from './can.ts'
import { testCodec } from './contract.ts'
import { without, withParts } from './without.ts'

/** A result has its text in front, and is the object that its text is. */
function normalPart(part: Part): Part[] {
  if (part.type === 'refusal') return [{ type: 'text', text: part.text }]
  if (part.type !== 'tool_result') return [part]
  const isText = (inner: TextPart | MediaPart): inner is TextPart => inner.type === 'text'
  const text = part.content.filter(isText).map(({ text }) => text)
  const media = part.content.filter((inner) => !isText(inner))
  return [{ ...part, content: [{ type: 'text', text: text.join('\n') }, ...media] }]
}

/** Whether calls may be made at once is not said, and tools that are not validated are as they come. */
function normalCall(call: ChatCall): ChatCall {
  const { format } = call
  return {
    ...withParts(without(call, 'parallelTools'), normalPart),
    ...(call.serviceTier === undefined ? {} : { serviceTier: undefined }),
    outputCap: 4096,
    // Every answer keeps to its schema here.
    ...(format?.type === 'schema' && { format: { ...format, strict: true } }),
  } as ChatCall
}

/** All that is said in one go is one, a thought up to its seal, and arguments are an object. */
function normalAnswer(answer: ChatAnswer): ChatAnswer {
  const { finish } = answer
  const plain = finish === 'stop_sequence' ? 'stop' : finish
  return {
    ...without(answer, 'stopSequence'),
    blocks: joined(answer.blocks.flatMap(normalBlock)),
    finish: plain === 'pause' ? 'length' : plain,
  }
}

function normalBlock(block: Block): Block[] {
  if (block.type === 'text' || block.type === 'refusal')
    return block.text === '' ? [] : [{ ...block, type: 'text' }]
  if (block.type === 'reasoning') return block.text === '' && !block.seal ? [] : [block]
  if (block.type !== 'tool_call') return [block]
  const input = block.kind === 'custom' ? JSON.stringify({ input: block.arguments }) : block.arguments
  return [{ ...block, kind: 'function', arguments: input }]
}

function joined(blocks: readonly Block[]): Block[] {
  const line: Block[] = []
  for (const block of blocks) {
    const last = line.at(-1)
    if (block.type === 'text' && last?.type === 'text')
      line[line.length - 1] = { ...block, text: last.text + block.text }
    else if (block.type === 'reasoning' && last?.type === 'reasoning' && !last.seal)
      line[line.length - 1] = { ...block, text: last.text + block.text }
    else line.push(block)
  }
  return line
}

const can: Can = {
  upstreamModel: 'gemini-3-pro',
  maker: 'google',
  capPath: ['generationConfig', 'maxOutputTokens'],
  request: (stream) => ({
    body: bytesOf(
      JSON.stringify({ contents: [], generationConfig: { thinkingConfig: { includeThoughts: true } } }),
    ),
    model: 'm',
    stream,
    query: stream ? { alt: 'sse' } : {},
  }),
  call: {
    carries: [
      'system',
      'image_base64',
      'document_base64',
      'document_text',
      'audio',
      'video',
      'tools',
      'result_media',
      'is_error',
      'schemaless_tools',
      'tool_choice',
      'tool_choice_one',
      'tool_choice_some',
      'temperature',
      'top_p',
      'top_k',
      'seed',
      'logprobs',
      'stop',
      'standard_tier',
    ],
    approximates: [
      'custom_tools',
      'system_turn',
      'strict',
      'format_schema',
      'format_names',
      'effort',
      'budget',
      'visible',
      'tool_choice_some_auto',
    ],
    normal: normalCall,
  },
  answer: {
    blocks: ['text', 'reasoning', 'seals', 'refusal', 'function', 'custom', 'call_seals', 'image', 'audio'],
    finishes: ['stop', 'stop_sequence', 'length', 'tool_calls', 'content_filter', 'pause', 'error'],
    stopSequence: false,
    lateSeals: true,
    brokenCalls: false,
    normal: normalAnswer,
  },
  words:
    `contents role user model parts text thought thoughtSignature inlineData mimeType data displayName fileData fileUri
    functionCall id name args functionResponse response output error systemInstruction tools functionDeclarations description
    parameters parametersJsonSchema toolConfig functionCallingConfig mode AUTO ANY NONE VALIDATED allowedFunctionNames
    generationConfig maxOutputTokens temperature topP topK seed stopSequences responseMimeType application/json
    responseJsonSchema responseSchema responseLogprobs logprobs thinkingConfig includeThoughts thinkingBudget thinkingLevel
    HIGH candidates content finishReason STOP MAX_TOKENS SAFETY index groundingMetadata groundingChunks web uri title
    groundingSupports segment startIndex endIndex groundingChunkIndices citationMetadata citations usageMetadata
    promptTokenCount candidatesTokenCount thoughtsTokenCount totalTokenCount promptFeedback blockReason modelVersion
    responseId logprobsResult chosenCandidates topCandidates token logProbability type OBJECT properties nullable image/png
    text/plain code message status`.split(/\s+/),
}

testCodec('gemini', gemini, can)
