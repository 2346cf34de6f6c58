/**
 * What plans read and change is kept here while the script runs, and written when all of them are made, with as few commands as
 * can be: numbers once, however many plans add to them.
 */
export const stagingLua = `
local call, format = redis.call, string.format
local prefix = KEYS[1]

local holdsKey, leasesKey, rowsKey = prefix .. 'holds', prefix .. 'leases', prefix .. 'rows'
local marksKey, requestsKey, liveKey = prefix .. 'marks', prefix .. 'requests', prefix .. 'live'

-- Runs a command with many arguments in pieces: Lua's stack takes no more than some thousand.
local function inPieces(name, key, arguments)
  for first = 1, #arguments, 1000 do
    call(name, key, unpack(arguments, first, math.min(first + 999, #arguments)))
  end
end

local function push(list, one, other)
  list[#list + 1] = one
  list[#list + 1] = other
end

-- By hash and field, lists of numbers.
local known = {}

local function numbersOf(hash, field, count)
  local fields = known[hash]
  if not fields then
    fields = {}
    known[hash] = fields
  end
  local numbers = fields[field]
  if numbers then return numbers end
  local text = call('HGET', prefix .. hash, field)
  numbers = {isNew = not text}
  for number in string.gmatch(text or '', '%S+') do numbers[#numbers + 1] = tonumber(number) end
  for index = #numbers + 1, count do numbers[index] = 0 end
  fields[field] = numbers
  return numbers
end

-- %.17g gives back every number, and takes long; Lua's own way of printing keeps 14 digits only.
local function written(numbers)
  local one = '%.0f'
  for _, number in ipairs(numbers) do
    if number % 1 ~= 0 then one = '%.17g' end
  end
  return format(string.rep(one .. ' ', #numbers - 1) .. one, unpack(numbers))
end

local function flushNumbers()
  for hash, fields in pairs(known) do
    local arguments = {}
    for field, numbers in pairs(fields) do
      if numbers.changed then push(arguments, field, written(numbers)) end
    end
    inPieces('HSET', prefix .. hash, arguments)
  end
  known = {}
end

-- By id. A hold that was dropped is false.
local holds, leases, rows, marks, requests = {}, {}, {}, {}, {}
local revision, edits, mark

local function flushHolds()
  if not next(holds) then return end
  local texts, ends, gone = {}, {}, {}
  for id, text in pairs(holds) do
    if text then
      push(texts, id, text)
      push(ends, leases[id], id)
    else
      gone[#gone + 1] = id
    end
  end
  inPieces('HSET', holdsKey, texts)
  inPieces('ZADD', leasesKey, ends)
  inPieces('HDEL', holdsKey, gone)
  inPieces('ZREM', leasesKey, gone)
  holds, leases = {}, {}
end

local function flushRows()
  if not next(rows) then return end
  local texts, marked, listed = {}, {}, {}
  for id, text in pairs(rows) do
    push(texts, id, text)
    push(marked, marks[id], id)
  end
  for id in pairs(requests) do push(listed, 0, id) end
  inPieces('HSET', rowsKey, texts)
  inPieces('ZADD', marksKey, marked)
  inPieces('ZADD', requestsKey, listed)
  call('SET', prefix .. 'mark', format('%.0f', mark))
  rows, marks, requests = {}, {}, {}
end

-- Writes what has changed, and forgets what is known.
local function flush()
  flushNumbers()
  flushHolds()
  flushRows()
end

local function readVersions()
  local found = call('MGET', prefix .. 'revision', prefix .. 'edits', prefix .. 'mark')
  revision, edits, mark = found[1] or '0', found[2] or '0', tonumber(found[3] or '0')
end

-- Whether a call is open or has ended.
local function isKnown(id)
  if holds[id] ~= nil or rows[id] then return true end
  return call('HEXISTS', holdsKey, id) == 1 or call('HEXISTS', rowsKey, id) == 1
end

-- A hold's version is its score among the leases.
local function versionOf(id)
  if holds[id] == false then return nil end
  local lease = leases[id] or call('ZSCORE', leasesKey, id)
  return lease and tonumber(lease)
end

local function markOf(id) return marks[id] or call('ZSCORE', marksKey, id) end

local function keepHold(id, text, version)
  holds[id], leases[id] = text, format('%.17g', version)
end

local function dropHold(id)
  holds[id], leases[id] = false, nil
end

local function enterRow(id, text, isRequest)
  mark = mark + 1
  rows[id], marks[id] = text, format('%.0f', mark)
  if isRequest then requests[id] = true end
end
`
