package corpus

import (
	"database/sql"
	"encoding/json"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/mail"
	"net/netip"
	"net/url"
	"sync/atomic"
	"text/template/parse"
	"time"
)

// NamedTime is declared from time.Time without its methods: it has no exported fields.
//
//eventgen:allow unexported-fields nothing of it travels, which is wanted here
type NamedTime time.Time

// Times has what package time has.
//
//eventgen:event corpus:Times
//eventgen:allow int64-precision durations are short here
type Times struct {
	Time     time.Time            `json:"time"`
	Ptr      *time.Time           `json:"ptr"`
	Omit     time.Time            `json:"omit,omitzero"`
	OmitPtr  *time.Time           `json:"omitPtr,omitempty"`
	List     []time.Time          `json:"list"`
	Map      map[string]time.Time `json:"map"`
	Key      map[time.Time]int    `json:"key"`
	Duration time.Duration        `json:"duration"`
	Quoted   time.Duration        `json:"quoted,string"`
	Month    time.Month           `json:"month"`
	Weekday  time.Weekday         `json:"weekday"`
	//eventgen:allow unexported-fields nothing of it travels, which is wanted here
	Location *time.Location `json:"location"`
	Promoted PromotedTime   `json:"promoted"`
}

const timesDoc = `"ptr":null,"list":null,"map":null,"key":null,"duration":1,"quoted":"1","month":1,"weekday":1,"location":null,"promoted":"2024-01-01T00:00:00Z"`

var _ = choose[time.Month](time.January, time.Month(13))
var _ = choose[*time.Location](nil, time.UTC)

var _ = add[Times](never(
	`{`+timesDoc+`}`, `{`+timesDoc+`,"time":1}`, `{`+timesDoc+`,"time":null}`, `{`+timesDoc+`,"time":"2024-01-01T00:00:00Z","omitPtr":null}`,
	`{`+timesDoc+`,"time":"2024-01-01T00:00:00Z","omit":null}`, `{`+timesDoc+`,"time":"2024-01-01T00:00:00Z","duration":"1s"}`,
	`{`+timesDoc+`,"time":"2024-01-01T00:00:00Z","quoted":1}`, `{`+timesDoc+`,"time":"2024-01-01T00:00:00Z","month":"January"}`,
	`{`+timesDoc+`,"time":"2024-01-01T00:00:00Z","promoted":{}}`, `{`+timesDoc+`,"time":"2024-01-01T00:00:00Z","map":{"a":null}}`,
	`{`+timesDoc+`,"time":"2024-01-01T00:00:00Z","location":"UTC"}`,
))

// JSONs has what package json has.
//
//eventgen:event corpus:JSONs
//eventgen:allow custom-marshaler an interface that may write anything
type JSONs struct {
	Raw     json.RawMessage            `json:"raw"`
	RawPtr  *json.RawMessage           `json:"rawPtr"`
	RawOmit json.RawMessage            `json:"rawOmit,omitempty"`
	RawMap  map[string]json.RawMessage `json:"rawMap"`
	Raws    []json.RawMessage          `json:"raws"`
	Number  json.Number                `json:"number"`
	Quoted  json.Number                `json:"quoted,string"`
	Omit    json.Number                `json:"omit,omitempty"`
	Ptr     *json.Number               `json:"ptr"`
	Numbers map[string]json.Number     `json:"numbers"`
	Key     map[json.Number]int        `json:"key"`
	Iface   json.Marshaler             `json:"iface"`
	Wrapped WrappedRaw                 `json:"wrapped"`
	Any     any                        `json:"any"`
	Err     error                      `json:"err"`
}

// WrappedRaw promotes the marshaler of json.RawMessage.
type WrappedRaw struct {
	json.RawMessage
	Extra int
}

const jsonsDoc = `"rawPtr":null,"rawMap":null,"raws":null,"quoted":"1","ptr":null,"numbers":null,"key":null,"iface":null,"wrapped":1,"any":1,"err":null`

var _ = add[JSONs](never(
	`{`+jsonsDoc+`}`, `{`+jsonsDoc+`,"raw":1}`, `{`+jsonsDoc+`,"raw":1,"number":"1"}`, `{`+jsonsDoc+`,"raw":1,"number":null}`,
	`{`+jsonsDoc+`,"raw":1,"number":1,"omit":null}`, `{`+jsonsDoc+`,"raw":1,"number":1,"omit":"1"}`,
	`{"raw":1,"number":1,"rawPtr":null,"rawMap":[],"raws":null,"quoted":"1","ptr":null,"numbers":null,"key":null,"iface":null,"wrapped":1,"any":1,"err":null}`,
	`{"raw":1,"number":1,"rawPtr":null,"rawMap":null,"raws":null,"quoted":1,"ptr":null,"numbers":null,"key":null,"iface":null,"wrapped":1,"any":1,"err":null}`,
	`{"raw":1,"number":1,"rawPtr":null,"rawMap":null,"raws":null,"quoted":"1","ptr":"1","numbers":null,"key":null,"iface":null,"wrapped":1,"any":1,"err":null}`,
))

// Nets has addresses and URLs.
//
//eventgen:event corpus:Nets
type Nets struct {
	IP       net.IP             `json:"ip"` // text, for nil too
	IPPtr    *net.IP            `json:"ipPtr"`
	IPs      []net.IP           `json:"ips"`
	Mask     net.IPMask         `json:"mask"` // base64
	Net      net.IPNet          `json:"net"`
	MAC      net.HardwareAddr   `json:"mac"` // base64
	Addr     netip.Addr         `json:"addr"`
	AddrPort netip.AddrPort     `json:"addrPort"`
	Prefix   netip.Prefix       `json:"prefix"`
	AddrOmit netip.Addr         `json:"addrOmit,omitzero"`
	ByAddr   map[netip.Addr]int `json:"byAddr"`
	URL      url.URL            `json:"url"` // a struct: it has no marshaler of use here
	URLPtr   *url.URL           `json:"urlPtr"`
	Query    url.Values         `json:"query"`
	Header   http.Header        `json:"header"`
	Cookie   *http.Cookie       `json:"cookie"`
	Mail     mail.Address       `json:"mail"`
	SameSite http.SameSite      `json:"sameSite"`
}

const netsDoc = `"ipPtr":null,"ips":null,"mask":null,"net":{"IP":"","Mask":null},"mac":null,"addr":"","addrPort":"","prefix":"","byAddr":null,` +
	`"urlPtr":null,"query":null,"header":null,"cookie":null,"mail":{"Name":"","Address":""},"sameSite":1`
const urlDoc = `"url":{"Scheme":"","Opaque":"","User":null,"Host":"","Path":"","Fragment":"","RawQuery":"","RawPath":"","RawFragment":"","ForceQuery":false,"OmitHost":false}`

var _ = add[Nets](never(
	`{`+netsDoc+`,`+urlDoc+`}`, `{`+netsDoc+`,"ip":"","url":"https://example.com"}`, `{`+netsDoc+`,`+urlDoc+`,"ip":null}`, `{`+netsDoc+`,`+urlDoc+`,"ip":[1]}`,
	`{`+netsDoc+`,`+urlDoc+`,"ip":"","addrOmit":null}`,
))

// Numbers has big numbers and atomics.
//
//eventgen:event corpus:Numbers
type Numbers struct {
	Int    big.Int   `json:"int"`
	IntPtr *big.Int  `json:"intPtr"`
	Ints   []big.Int `json:"ints"`
	//eventgen:allow unexported-fields nothing of it travels, which is wanted here
	IntMap    map[string]big.Int  `json:"intMap"` // not addressable: an empty object
	IntPtrMap map[string]*big.Int `json:"intPtrMap"`
	Float     big.Float           `json:"float"`
	FloatPtr  *big.Float          `json:"floatPtr"`
	//eventgen:allow unexported-fields nothing of it travels, which is wanted here
	FloatMap map[string]big.Float `json:"floatMap"`
	Rat      *big.Rat             `json:"rat"`
	Wrapped  WrappedInt           `json:"wrapped"`
	WrappedP WrappedIntPtr        `json:"wrappedP"`
	//eventgen:allow unexported-fields nothing of it travels, which is wanted here
	Atomic   *atomic.Int32 `json:"atomic"`
	Level    slog.Level    `json:"level"`
	LevelPtr *slog.Level   `json:"levelPtr"`
}

// WrappedInt promotes the marshaler of big.Int.
type WrappedInt struct{ big.Int }

// WrappedIntPtr promotes it from a pointer, which may be nil.
type WrappedIntPtr struct{ *big.Int }

const numbersDoc = `"intPtr":null,"ints":null,"intMap":null,"intPtrMap":null,"float":"1","floatPtr":null,"floatMap":null,"rat":null,"atomic":null,"level":"INFO","levelPtr":null`

var _ = add[Numbers](never(
	`{`+numbersDoc+`,"wrapped":1,"wrappedP":null}`, `{`+numbersDoc+`,"wrapped":1,"wrappedP":null,"int":"1"}`, `{`+numbersDoc+`,"wrapped":1,"wrappedP":null,"int":null}`,
	`{`+numbersDoc+`,"wrapped":null,"wrappedP":null,"int":1}`, `{`+numbersDoc+`,"wrapped":{},"wrappedP":null,"int":1}`,
	`{`+numbersDoc+`,"wrapped":1,"wrappedP":"1","int":1}`,
	`{"int":1,"wrapped":1,"wrappedP":null,"intPtr":null,"ints":null,"intMap":{"a":1},"intPtrMap":null,"float":"1","floatPtr":null,"floatMap":null,"rat":null,"atomic":null,"level":"INFO","levelPtr":null}`,
	`{"int":1,"wrapped":1,"wrappedP":null,"intPtr":null,"ints":null,"intMap":null,"intPtrMap":{"a":"1"},"float":"1","floatPtr":null,"floatMap":null,"rat":null,"atomic":null,"level":"INFO","levelPtr":null}`,
	`{"int":1,"wrapped":1,"wrappedP":null,"intPtr":null,"ints":null,"intMap":null,"intPtrMap":null,"float":1,"floatPtr":null,"floatMap":null,"rat":null,"atomic":null,"level":"INFO","levelPtr":null}`,
	`{"int":1,"wrapped":1,"wrappedP":null,"intPtr":null,"ints":null,"intMap":null,"intPtrMap":null,"float":"1","floatPtr":null,"floatMap":{"a":"1"},"rat":null,"atomic":null,"level":"INFO","levelPtr":null}`,
	`{"int":1,"wrapped":1,"wrappedP":null,"intPtr":null,"ints":null,"intMap":null,"intPtrMap":null,"float":"1","floatPtr":null,"floatMap":null,"rat":null,"atomic":1,"level":"INFO","levelPtr":null}`,
	`{"int":1,"wrapped":1,"wrappedP":null,"intPtr":null,"ints":null,"intMap":null,"intPtrMap":null,"float":"1","floatPtr":null,"floatMap":null,"rat":null,"atomic":null,"level":1,"levelPtr":null}`,
), Numbers{WrappedP: WrappedIntPtr{big.NewInt(7)}})

// SQLs has the null types of package sql, which write what they are: structs.
//
//eventgen:event corpus:SQLs
//eventgen:allow int64-precision the null types are as they are
type SQLs struct {
	String sql.NullString     `json:"string"`
	Int    sql.NullInt64      `json:"int"`
	Bool   sql.NullBool       `json:"bool"`
	Time   sql.NullTime       `json:"time"`
	Float  sql.NullFloat64    `json:"float"`
	Byte   sql.NullByte       `json:"byte"`
	Null   sql.Null[string]   `json:"null"`
	Bytes  sql.Null[[]byte]   `json:"bytes"`
	Struct sql.Null[Inner]    `json:"struct"`
	Raw    sql.RawBytes       `json:"raw"`
	Level  sql.IsolationLevel `json:"level"`
	Node   parse.NodeType     `json:"node"`
}

const sqlsDoc = `"int":{"Int64":1,"Valid":true},"bool":{"Bool":true,"Valid":true},"time":{"Time":"2024-01-01T00:00:00Z","Valid":true},"float":{"Float64":1,"Valid":true},` +
	`"byte":{"Byte":1,"Valid":true},"bytes":{"V":"","Valid":true},"struct":{"V":{"x":1},"Valid":true},"raw":null,"level":1,"node":1`

var _ = add[SQLs](never(
	`{`+sqlsDoc+`,"string":{"String":"a","Valid":true}}`, `{`+sqlsDoc+`,"string":null,"null":{"V":"a","Valid":true}}`,
	`{`+sqlsDoc+`,"string":"a","null":{"V":"a","Valid":true}}`, `{`+sqlsDoc+`,"string":{"String":"a","Valid":true},"null":{"V":1,"Valid":true}}`,
	`{`+sqlsDoc+`,"string":{"String":"a","Valid":true},"null":"a"}`, `{`+sqlsDoc+`,"string":{"String":"a","Valid":true},"null":{"V":null,"Valid":false}}`,
))
