import { bedrockConverse } from '../../../src/dialects/bedrock-converse/dialect.ts'
import type { UpstreamCan } from './can.ts'
import { testUpstreamCodec } from './contract.ts'

const words =
  `messages role user assistant content text image format png source bytes document name toolUse toolUseId input
  toolResult json status reasoningContent reasoningText signature redactedContent system toolConfig tools toolSpec inputSchema
  toolChoice auto any tool inferenceConfig maxTokens output message stopReason end_turn tool_use max_tokens usage inputTokens
  outputTokens totalTokens cacheReadInputTokens messageStart contentBlockStart contentBlockIndex start contentBlockDelta delta
  contentBlockStop messageStop metadata metrics citationsContent citations location documentChar __type code`.split(
    /\s+/,
  )

const claude: UpstreamCan = {
  upstreamModel: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
  maker: 'anthropic',
  capPath: ['inferenceConfig', 'maxTokens'],
  words,
}

testUpstreamCodec('bedrock-converse for Claude', bedrockConverse, claude)
testUpstreamCodec('bedrock-converse for others', bedrockConverse, {
  upstreamModel: 'amazon.nova-pro-v1:0',
  capPath: ['inferenceConfig', 'maxTokens'],
  words,
})
