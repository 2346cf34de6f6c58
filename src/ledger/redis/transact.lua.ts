/**
 * The one script that changes a book. For each plan it checks what that was made from, judges what is asked of counters, and writes all or
 * nothing. What it all means is decided in TypeScript; here is only the arithmetic that no other client may come between.
 * Numbers are written with `%.17g`, which gives back every one of them: Lua's own way of printing keeps 14 digits only.
 */
export const transactLua = `
local call, format = redis.call, string.format
local prefix = KEYS[1]
local mostSafe = 9007199254740991

-- All numbers that plans share, by hash and field. They are read once and written once, however many plans come together.
local known = {}
local changed = {}

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

local function write(hash, field)
  local fields = changed[hash]
  if not fields then
    fields = {}
    changed[hash] = fields
  end
  fields[field] = true
end

-- Writes what has changed, and forgets what is known.
local function flush()
  for hash, fields in pairs(changed) do
    local command = {'HSET', prefix .. hash}
    for field in pairs(fields) do
      local numbers = known[hash][field]
      command[#command + 1] = field
      command[#command + 1] = format(string.rep('%.17g ', #numbers - 1) .. '%.17g', unpack(numbers))
      -- Lua's stack takes no more than some thousand.
      if #command > 2000 then
        call(unpack(command))
        command = {'HSET', prefix .. hash}
      end
    end
    if #command > 2 then call(unpack(command)) end
  end
  known = {}
  changed = {}
end

local revision, edits

local function readVersions()
  revision = call('GET', prefix .. 'revision') or '0'
  edits = call('GET', prefix .. 'edits') or '0'
end

-- The first thing that is not as the plan expects.
local function unexpected(plan)
  if plan.revision and plan.revision ~= revision then return 'revision' end
  if plan.edits and plan.edits ~= edits then return 'edits' end
  if plan.fresh then
    if call('HEXISTS', prefix .. 'holds', plan.fresh) == 1 then return 'exists' end
    if call('HEXISTS', prefix .. 'rows', plan.fresh) == 1 then return 'exists' end
  end
  if plan.hold then
    local kept = call('HGET', prefix .. 'holds', plan.hold.id)
    local version = plan.hold.version .. ':'
    if not kept or string.sub(kept, 1, #version) ~= version then return 'hold' end
  end
  if plan.row and call('ZSCORE', prefix .. 'marks', plan.row.id) ~= plan.row.mark then return 'row' end
end

-- Makes room for the counters of end users, from those that are not needed any more.
local function reclaim(now)
  flush()
  for _, counter in ipairs(call('ZRANGEBYSCORE', prefix .. 'live', '-inf', now)) do
    call('ZREM', prefix .. 'live', counter)
    call('DEL', prefix .. 'tally:' .. counter)
    call('HDEL', prefix .. 'buckets', counter)
  end
end

-- The counters of end users that the plan would make beyond the most that there may be.
local function crowdedOut(plan)
  local counters = {}
  local reclaimed = false
  local joining = 0
  for _, move in ipairs(plan.moves) do
    if move.life and not call('ZSCORE', prefix .. 'live', move.counter) then
      if not reclaimed and call('ZCARD', prefix .. 'live') + joining >= plan.mostLive then
        reclaimed = true
        reclaim(format('%.0f', plan.now))
      end
      if call('ZCARD', prefix .. 'live') + joining >= plan.mostLive then
        counters[#counters + 1] = move.counter
      else
        joining = joining + 1
      end
    end
  end
  return counters
end

local function drained(bucket, rate, now)
  local elapsed = math.max(0, now - bucket[2])
  return math.max(0, bucket[1] - (elapsed * rate.amount) / rate.ms)
end

-- Where every counter stands (what was spent, held, would have been refused), and whether all of them grant what is asked.
local function judge(plan)
  local standing = {}
  local answer = {'ok'}
  for index, move in ipairs(plan.moves) do
    local at = {}
    if not move.rate or move.judge == 'shadow' then
      at.tally = numbersOf('tally:' .. move.counter, move.window or '0', 3)
    end
    local spent, held, refused = 0, 0, 0
    if at.tally then spent, held, refused = unpack(at.tally) end
    if move.rate then
      at.bucket = numbersOf('buckets', move.counter, 2)
      spent, held = drained(at.bucket, move.rate, plan.now), 0
    end
    if move.judge then
      local granted = spent + held + (move.requested or 0) <= move.capacity
      if not granted and move.judge == 'enforce' then answer[1] = 'refused' end
      at.overrun = not granted and move.judge == 'shadow'
      answer[#answer + 1] = format('%.17g %.0f %.0f', spent, held, refused)
    end
    standing[index] = at
  end
  return answer, standing
end

-- Until when a counter of an end user is kept.
local function prolong(move, keepUntil)
  local score = call('ZSCORE', prefix .. 'live', move.counter)
  local kept = score and tonumber(score)
  if move.life and (not kept or kept < move.life.needed) then kept = move.life.keep end
  if kept and keepUntil and kept < keepUntil then kept = keepUntil end
  if kept then call('ZADD', prefix .. 'live', format('%.17g', kept), move.counter) end
end

local function make(move, at, now)
  local keepUntil = nil
  if move.rate then
    local used = math.max(0, drained(at.bucket, move.rate, now) + (move.fill or 0))
    at.bucket[1], at.bucket[2] = used, now
    write('buckets', move.counter)
    -- One that never drains is kept for good.
    if used > 0 then keepUntil = math.min(9e15, math.ceil(now + used * move.rate.ms / move.rate.amount)) end
  end
  if at.overrun or (not move.rate and (move.spent or move.held)) then
    local tally = at.tally
    if not move.rate then
      tally[1] = math.min(mostSafe, tally[1] + (move.spent or 0))
      tally[2] = tally[2] + (move.held or 0)
    end
    if at.overrun then tally[3] = tally[3] + 1 end
    write('tally:' .. move.counter, move.window or '0')
  end
  if move.ofEndUser then prolong(move, keepUntil) end
end

local function add(sum)
  local numbers = numbersOf(sum.hash, sum.field, #sum.amounts)
  for index, amount in ipairs(sum.amounts) do numbers[index] = numbers[index] + amount end
  write(sum.hash, sum.field)
  if numbers.isNew and sum.listed then call('ZADD', prefix .. sum.listed.key, sum.listed.day, sum.listed.day) end
  numbers.isNew = false
end

local function keep(plan, text)
  if plan.keep then
    call('HSET', prefix .. 'holds', plan.keep.id, plan.keep.version .. ':' .. text)
    call('ZADD', prefix .. 'leases', format('%.0f', plan.keep.leaseUntil), plan.keep.id)
  end
  if plan.drop then
    call('HDEL', prefix .. 'holds', plan.drop)
    call('ZREM', prefix .. 'leases', plan.drop)
  end
  if plan.enter then
    local mark = call('INCR', prefix .. 'mark')
    call('HSET', prefix .. 'rows', plan.enter, text)
    call('ZADD', prefix .. 'marks', format('%.0f', mark), plan.enter)
  end
  if plan.list then call('ZADD', prefix .. 'requests', 0, plan.list) end
end

-- What only admins and housekeepers do.
local function administer(plan)
  flush()
  for _, command in ipairs(plan.writes or {}) do call(unpack(command)) end
  if plan.edits then call('INCR', prefix .. 'edits') end
  if plan.revise then call('INCR', prefix .. 'revision') end
  readVersions()
end

local time = call('TIME')
local here = time[1] * 1000 + math.floor(time[2] / 1000)

local function transact(plan, text)
  -- The clock is this server's: a plan made by one that is off is made anew.
  if plan.tolerance and math.abs(here - plan.now) > plan.tolerance then return {'clock', format('%.0f', here)} end
  local reason = unexpected(plan)
  if reason then return {reason} end
  local crowded = crowdedOut(plan)
  if #crowded > 0 then return {'crowded', unpack(crowded)} end
  local answer, standing = judge(plan)
  if answer[1] == 'refused' then return answer end

  for index, move in ipairs(plan.moves) do make(move, standing[index], plan.now) end
  for _, sum in ipairs(plan.sums or {}) do add(sum) end
  keep(plan, text)
  if plan.writes or plan.edits or plan.revise then administer(plan) end
  return answer
end

-- Several plans may come together. Each stands for itself.
readVersions()
local answers = {}
for index = 1, #ARGV, 2 do
  local done, answer = pcall(transact, cjson.decode(ARGV[index]), ARGV[index + 1])
  answers[#answers + 1] = done and answer or {'failed', tostring(answer)}
end
flush()
return answers
`
