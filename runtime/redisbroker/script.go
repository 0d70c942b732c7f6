package redisbroker

import "github.com/redis/rueidis"

// The scripts take all keys of the log, in this order.
func (b *Broker) keys(run, event string) []string {
	p := "{" + b.name + "}:"
	return []string{p + "meta", p + "log", p + "marks", p + "run:" + run, p + "kept", p + "kept:" + event}
}

// What append answers instead of a position.
const (
	otherEpoch = -1
	otherOrder = -2
)

// head is what every script begins with: where the log stands, and whether a part of it is missing.
const head = `
local m = redis.call('HMGET', KEYS[1], 'epoch', 'last', 'first', 'total')
local last, first, total = tonumber(m[2] or 0), tonumber(m[3] or 1), tonumber(m[4] or 0)
local broken = not m[1] or (last >= first and redis.call('EXISTS', KEYS[2]) == 0)
`

// state returns where the log stands. A log of which a part is missing gets the epoch ARGV[1], and begins after all
// positions that have been given.
var state = rueidis.NewLuaScript(head + `
if broken then
	if redis.call('EXISTS', KEYS[2]) == 1 then
		local id = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
		last = math.max(last, id and tonumber(string.match(id[1], '%d+')) or 0)
		redis.call('DEL', KEYS[2])
	end
	redis.call('DEL', KEYS[3])
	local t = redis.call('TIME') -- above what has been given, if nothing tells that, unless that was more than one a millisecond
	last = math.max(last, t[1] * 1000 + math.floor(t[2] / 1000))
	m[1], first, total = ARGV[1], last + 1, 0
	redis.call('HSET', KEYS[1], 'epoch', m[1], 'last', string.format('%.0f', last), 'first', string.format('%.0f', first), 'total', 0)
end
return {m[1], string.format('%.0f', first), string.format('%.0f', last)}
`)

// renew gives the log the epoch ARGV[2] in the place of ARGV[1].
var renew = rueidis.NewLuaScript(`
if redis.call('HGET', KEYS[1], 'epoch') == ARGV[1] then
	redis.call('HSET', KEYS[1], 'epoch', ARGV[2])
end
return 1
`)

// add appends: epoch, seen, n, body, slot (0: none, 1: kept, 2: forgotten), event, name, bytes and age of the log.
var add = rueidis.NewLuaScript(head + `
if broken or m[1] ~= ARGV[1] or last < tonumber(ARGV[2]) then return -1 end
local n = tonumber(ARGV[3])
local run = redis.call('HMGET', KEYS[4], 'n', 'at')
local known = tonumber(run[1] or 0)
if n == known then return tonumber(run[2]) end
if n ~= known + 1 then return -2 end
last, total = last + 1, total + #ARGV[4]
redis.call('XADD', KEYS[2], string.format('%.0f-0', last), 'b', ARGV[4])
redis.call('HSET', KEYS[4], 'n', ARGV[3], 'at', string.format('%.0f', last))
redis.call('PEXPIRE', KEYS[4], 86400000)
if ARGV[5] == '1' then
	redis.call('SADD', KEYS[5], ARGV[6])
	redis.call('HSET', KEYS[6], ARGV[7], string.format('%.0f:', last) .. ARGV[4])
elseif ARGV[5] == '2' then
	if ARGV[7] == '' then redis.call('DEL', KEYS[6]) else redis.call('HDEL', KEYS[6], ARGV[7]) end
	if redis.call('EXISTS', KEYS[6]) == 0 then redis.call('SREM', KEYS[5], ARGV[6]) end
end

local t = redis.call('TIME')
local now, bytes, age = t[1] * 1000 + math.floor(t[2] / 1000), tonumber(ARGV[8]), tonumber(ARGV[9])
local function mark(i)
	local text = redis.call('LINDEX', KEYS[3], i)
	if not text then return nil end
	local position, time, size = string.match(text, '(%d+) (%d+) (%d+)')
	return tonumber(position), tonumber(time), tonumber(size)
end
local _, time, size = mark(-1)
if not time or now - time > age / 64 or total - size > bytes / 64 then
	redis.call('RPUSH', KEYS[3], string.format('%.0f %.0f %.0f', last, now, total))
end
local from
while true do -- what came before the second mark is older than that, and so many bytes before the end
	local position, time, size = mark(1)
	if not position or (now - time <= age and total - size <= bytes) then break end
	redis.call('LPOP', KEYS[3])
	from = position
end
if from and from > first then
	redis.call('XTRIM', KEYS[2], 'MINID', string.format('%.0f-0', from))
	first = from
end
redis.call('HSET', KEYS[1], 'last', string.format('%.0f', last), 'first', string.format('%.0f', first), 'total', string.format('%.0f', total))
return last
`)
