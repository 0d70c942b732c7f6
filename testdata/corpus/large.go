package corpus

// Wide has 200 fields.
//
//eventgen:event corpus:Wide
type Wide struct {
	F0   int              `json:"f0"`
	F1   string           `json:"f1"`
	F2   *bool            `json:"f2"`
	F3   []float64        `json:"f3,omitempty"`
	F4   map[string]int32 `json:"f4"`
	F5   int              `json:"f5"`
	F6   string           `json:"f6"`
	F7   *bool            `json:"f7"`
	F8   []float64        `json:"f8"`
	F9   map[string]int32 `json:"f9"`
	F10  int              `json:"f10,omitempty"`
	F11  string           `json:"f11"`
	F12  *bool            `json:"f12"`
	F13  []float64        `json:"f13"`
	F14  map[string]int32 `json:"f14"`
	F15  int              `json:"f15"`
	F16  string           `json:"f16"`
	F17  *bool            `json:"f17,omitempty"`
	F18  []float64        `json:"f18"`
	F19  map[string]int32 `json:"f19"`
	F20  int              `json:"f20"`
	F21  string           `json:"f21"`
	F22  *bool            `json:"f22"`
	F23  []float64        `json:"f23"`
	F24  map[string]int32 `json:"f24,omitempty"`
	F25  int              `json:"f25"`
	F26  string           `json:"f26"`
	F27  *bool            `json:"f27"`
	F28  []float64        `json:"f28"`
	F29  map[string]int32 `json:"f29"`
	F30  int              `json:"f30"`
	F31  string           `json:"f31,omitempty"`
	F32  *bool            `json:"f32"`
	F33  []float64        `json:"f33"`
	F34  map[string]int32 `json:"f34"`
	F35  int              `json:"f35"`
	F36  string           `json:"f36"`
	F37  *bool            `json:"f37"`
	F38  []float64        `json:"f38,omitempty"`
	F39  map[string]int32 `json:"f39"`
	F40  int              `json:"f40"`
	F41  string           `json:"f41"`
	F42  *bool            `json:"f42"`
	F43  []float64        `json:"f43"`
	F44  map[string]int32 `json:"f44"`
	F45  int              `json:"f45,omitempty"`
	F46  string           `json:"f46"`
	F47  *bool            `json:"f47"`
	F48  []float64        `json:"f48"`
	F49  map[string]int32 `json:"f49"`
	F50  int              `json:"f50"`
	F51  string           `json:"f51"`
	F52  *bool            `json:"f52,omitempty"`
	F53  []float64        `json:"f53"`
	F54  map[string]int32 `json:"f54"`
	F55  int              `json:"f55"`
	F56  string           `json:"f56"`
	F57  *bool            `json:"f57"`
	F58  []float64        `json:"f58"`
	F59  map[string]int32 `json:"f59,omitempty"`
	F60  int              `json:"f60"`
	F61  string           `json:"f61"`
	F62  *bool            `json:"f62"`
	F63  []float64        `json:"f63"`
	F64  map[string]int32 `json:"f64"`
	F65  int              `json:"f65"`
	F66  string           `json:"f66,omitempty"`
	F67  *bool            `json:"f67"`
	F68  []float64        `json:"f68"`
	F69  map[string]int32 `json:"f69"`
	F70  int              `json:"f70"`
	F71  string           `json:"f71"`
	F72  *bool            `json:"f72"`
	F73  []float64        `json:"f73,omitempty"`
	F74  map[string]int32 `json:"f74"`
	F75  int              `json:"f75"`
	F76  string           `json:"f76"`
	F77  *bool            `json:"f77"`
	F78  []float64        `json:"f78"`
	F79  map[string]int32 `json:"f79"`
	F80  int              `json:"f80,omitempty"`
	F81  string           `json:"f81"`
	F82  *bool            `json:"f82"`
	F83  []float64        `json:"f83"`
	F84  map[string]int32 `json:"f84"`
	F85  int              `json:"f85"`
	F86  string           `json:"f86"`
	F87  *bool            `json:"f87,omitempty"`
	F88  []float64        `json:"f88"`
	F89  map[string]int32 `json:"f89"`
	F90  int              `json:"f90"`
	F91  string           `json:"f91"`
	F92  *bool            `json:"f92"`
	F93  []float64        `json:"f93"`
	F94  map[string]int32 `json:"f94,omitempty"`
	F95  int              `json:"f95"`
	F96  string           `json:"f96"`
	F97  *bool            `json:"f97"`
	F98  []float64        `json:"f98"`
	F99  map[string]int32 `json:"f99"`
	F100 int              `json:"f100"`
	F101 string           `json:"f101,omitempty"`
	F102 *bool            `json:"f102"`
	F103 []float64        `json:"f103"`
	F104 map[string]int32 `json:"f104"`
	F105 int              `json:"f105"`
	F106 string           `json:"f106"`
	F107 *bool            `json:"f107"`
	F108 []float64        `json:"f108,omitempty"`
	F109 map[string]int32 `json:"f109"`
	F110 int              `json:"f110"`
	F111 string           `json:"f111"`
	F112 *bool            `json:"f112"`
	F113 []float64        `json:"f113"`
	F114 map[string]int32 `json:"f114"`
	F115 int              `json:"f115,omitempty"`
	F116 string           `json:"f116"`
	F117 *bool            `json:"f117"`
	F118 []float64        `json:"f118"`
	F119 map[string]int32 `json:"f119"`
	F120 int              `json:"f120"`
	F121 string           `json:"f121"`
	F122 *bool            `json:"f122,omitempty"`
	F123 []float64        `json:"f123"`
	F124 map[string]int32 `json:"f124"`
	F125 int              `json:"f125"`
	F126 string           `json:"f126"`
	F127 *bool            `json:"f127"`
	F128 []float64        `json:"f128"`
	F129 map[string]int32 `json:"f129,omitempty"`
	F130 int              `json:"f130"`
	F131 string           `json:"f131"`
	F132 *bool            `json:"f132"`
	F133 []float64        `json:"f133"`
	F134 map[string]int32 `json:"f134"`
	F135 int              `json:"f135"`
	F136 string           `json:"f136,omitempty"`
	F137 *bool            `json:"f137"`
	F138 []float64        `json:"f138"`
	F139 map[string]int32 `json:"f139"`
	F140 int              `json:"f140"`
	F141 string           `json:"f141"`
	F142 *bool            `json:"f142"`
	F143 []float64        `json:"f143,omitempty"`
	F144 map[string]int32 `json:"f144"`
	F145 int              `json:"f145"`
	F146 string           `json:"f146"`
	F147 *bool            `json:"f147"`
	F148 []float64        `json:"f148"`
	F149 map[string]int32 `json:"f149"`
	F150 int              `json:"f150,omitempty"`
	F151 string           `json:"f151"`
	F152 *bool            `json:"f152"`
	F153 []float64        `json:"f153"`
	F154 map[string]int32 `json:"f154"`
	F155 int              `json:"f155"`
	F156 string           `json:"f156"`
	F157 *bool            `json:"f157,omitempty"`
	F158 []float64        `json:"f158"`
	F159 map[string]int32 `json:"f159"`
	F160 int              `json:"f160"`
	F161 string           `json:"f161"`
	F162 *bool            `json:"f162"`
	F163 []float64        `json:"f163"`
	F164 map[string]int32 `json:"f164,omitempty"`
	F165 int              `json:"f165"`
	F166 string           `json:"f166"`
	F167 *bool            `json:"f167"`
	F168 []float64        `json:"f168"`
	F169 map[string]int32 `json:"f169"`
	F170 int              `json:"f170"`
	F171 string           `json:"f171,omitempty"`
	F172 *bool            `json:"f172"`
	F173 []float64        `json:"f173"`
	F174 map[string]int32 `json:"f174"`
	F175 int              `json:"f175"`
	F176 string           `json:"f176"`
	F177 *bool            `json:"f177"`
	F178 []float64        `json:"f178,omitempty"`
	F179 map[string]int32 `json:"f179"`
	F180 int              `json:"f180"`
	F181 string           `json:"f181"`
	F182 *bool            `json:"f182"`
	F183 []float64        `json:"f183"`
	F184 map[string]int32 `json:"f184"`
	F185 int              `json:"f185,omitempty"`
	F186 string           `json:"f186"`
	F187 *bool            `json:"f187"`
	F188 []float64        `json:"f188"`
	F189 map[string]int32 `json:"f189"`
	F190 int              `json:"f190"`
	F191 string           `json:"f191"`
	F192 *bool            `json:"f192,omitempty"`
	F193 []float64        `json:"f193"`
	F194 map[string]int32 `json:"f194"`
	F195 int              `json:"f195"`
	F196 string           `json:"f196"`
	F197 *bool            `json:"f197"`
	F198 []float64        `json:"f198"`
	F199 map[string]int32 `json:"f199,omitempty"`
}

var _ = add[Wide](never(`{}`, `{"f0":1}`))

// Deep nests 60 structs.
//
//eventgen:event corpus:Deep
type Deep struct {
	D *Deep0 `json:"d"`
}

var _ = add[Deep](never(`{}`, `{"d":{}}`, `{"d":{"d":{"d":{}}}}`), depths[Deep](25)...)

// Deep0 is a level.
type Deep0 struct {
	D []Deep1 `json:"d"`
}

// Deep1 is a level.
type Deep1 struct {
	D Deep2 `json:"d"`
}

// Deep2 is a level.
type Deep2 struct {
	D Deep3 `json:"d"`
}

// Deep3 is a level.
type Deep3 struct {
	D []Deep4 `json:"d"`
}

// Deep4 is a level.
type Deep4 struct {
	D Deep5 `json:"d"`
}

// Deep5 is a level.
type Deep5 struct {
	D Deep6 `json:"d"`
}

// Deep6 is a level.
type Deep6 struct {
	D []Deep7 `json:"d"`
}

// Deep7 is a level.
type Deep7 struct {
	D Deep8 `json:"d"`
}

// Deep8 is a level.
type Deep8 struct {
	D Deep9 `json:"d"`
}

// Deep9 is a level.
type Deep9 struct {
	D []Deep10 `json:"d"`
}

// Deep10 is a level.
type Deep10 struct {
	D Deep11 `json:"d"`
}

// Deep11 is a level.
type Deep11 struct {
	D Deep12 `json:"d"`
}

// Deep12 is a level.
type Deep12 struct {
	D []Deep13 `json:"d"`
}

// Deep13 is a level.
type Deep13 struct {
	D Deep14 `json:"d"`
}

// Deep14 is a level.
type Deep14 struct {
	D Deep15 `json:"d"`
}

// Deep15 is a level.
type Deep15 struct {
	D []Deep16 `json:"d"`
}

// Deep16 is a level.
type Deep16 struct {
	D Deep17 `json:"d"`
}

// Deep17 is a level.
type Deep17 struct {
	D Deep18 `json:"d"`
}

// Deep18 is a level.
type Deep18 struct {
	D []Deep19 `json:"d"`
}

// Deep19 is a level.
type Deep19 struct {
	D Deep20 `json:"d"`
}

// Deep20 is a level.
type Deep20 struct {
	D Deep21 `json:"d"`
}

// Deep21 is a level.
type Deep21 struct {
	D []Deep22 `json:"d"`
}

// Deep22 is a level.
type Deep22 struct {
	D Deep23 `json:"d"`
}

// Deep23 is a level.
type Deep23 struct {
	D Deep24 `json:"d"`
}

// Deep24 is a level.
type Deep24 struct {
	D []Deep25 `json:"d"`
}

// Deep25 is a level.
type Deep25 struct {
	D Deep26 `json:"d"`
}

// Deep26 is a level.
type Deep26 struct {
	D Deep27 `json:"d"`
}

// Deep27 is a level.
type Deep27 struct {
	D []Deep28 `json:"d"`
}

// Deep28 is a level.
type Deep28 struct {
	D Deep29 `json:"d"`
}

// Deep29 is a level.
type Deep29 struct {
	D Deep30 `json:"d"`
}

// Deep30 is a level.
type Deep30 struct {
	D []Deep31 `json:"d"`
}

// Deep31 is a level.
type Deep31 struct {
	D Deep32 `json:"d"`
}

// Deep32 is a level.
type Deep32 struct {
	D Deep33 `json:"d"`
}

// Deep33 is a level.
type Deep33 struct {
	D []Deep34 `json:"d"`
}

// Deep34 is a level.
type Deep34 struct {
	D Deep35 `json:"d"`
}

// Deep35 is a level.
type Deep35 struct {
	D Deep36 `json:"d"`
}

// Deep36 is a level.
type Deep36 struct {
	D []Deep37 `json:"d"`
}

// Deep37 is a level.
type Deep37 struct {
	D Deep38 `json:"d"`
}

// Deep38 is a level.
type Deep38 struct {
	D Deep39 `json:"d"`
}

// Deep39 is a level.
type Deep39 struct {
	D []Deep40 `json:"d"`
}

// Deep40 is a level.
type Deep40 struct {
	D Deep41 `json:"d"`
}

// Deep41 is a level.
type Deep41 struct {
	D Deep42 `json:"d"`
}

// Deep42 is a level.
type Deep42 struct {
	D []Deep43 `json:"d"`
}

// Deep43 is a level.
type Deep43 struct {
	D Deep44 `json:"d"`
}

// Deep44 is a level.
type Deep44 struct {
	D Deep45 `json:"d"`
}

// Deep45 is a level.
type Deep45 struct {
	D []Deep46 `json:"d"`
}

// Deep46 is a level.
type Deep46 struct {
	D Deep47 `json:"d"`
}

// Deep47 is a level.
type Deep47 struct {
	D Deep48 `json:"d"`
}

// Deep48 is a level.
type Deep48 struct {
	D []Deep49 `json:"d"`
}

// Deep49 is a level.
type Deep49 struct {
	D Deep50 `json:"d"`
}

// Deep50 is a level.
type Deep50 struct {
	D Deep51 `json:"d"`
}

// Deep51 is a level.
type Deep51 struct {
	D []Deep52 `json:"d"`
}

// Deep52 is a level.
type Deep52 struct {
	D Deep53 `json:"d"`
}

// Deep53 is a level.
type Deep53 struct {
	D Deep54 `json:"d"`
}

// Deep54 is a level.
type Deep54 struct {
	D []Deep55 `json:"d"`
}

// Deep55 is a level.
type Deep55 struct {
	D Deep56 `json:"d"`
}

// Deep56 is a level.
type Deep56 struct {
	D Deep57 `json:"d"`
}

// Deep57 is a level.
type Deep57 struct {
	D []Deep58 `json:"d"`
}

// Deep58 is a level.
type Deep58 struct {
	D Deep59 `json:"d"`
}

// Deep59 is a level.
type Deep59 struct {
	End bool `json:"end"`
}

// DeepAnonymous nests pointers and slices without names.
//
//eventgen:event corpus:DeepAnonymous
type DeepAnonymous struct {
	D []*[]*[]*[]*[]*[]*[]*[]*[]*[]*[]*[]*[]*[]*[]*[]*[]*[]*[]*[]*[]*[]*[]*[]*[]*[]*[]*[]*[]*[]*map[string][]map[int][]*Inner `json:"d"`
}

var _ = add[DeepAnonymous](never(`{}`, `{"d":[1]}`, `{"d":[[1]]}`), depths[DeepAnonymous](66)...)
