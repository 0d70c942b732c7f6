package payload

import "fmt"

// SampleProgress returns a download in progress.
func SampleProgress() *Progress {
	speed := 48.25
	return &Progress{ID: "download-7f3a", Current: 73_400_320, Total: 209_715_200, SpeedMbps: &speed}
}

// SampleReading returns the i-th of a series of readings.
func SampleReading(i int) Reading {
	return Reading{
		Sensor: fmt.Sprintf("boiler-%d/temperature", i),
		At:     1_767_225_600_000 + int64(i)*250,
		Value:  61.5 + float64(i*37%100)/100,
		Unit:   "°C",
		Valid:  i%7 != 0,
	}
}

// SampleReadings returns a report of n readings.
func SampleReadings(n int) *Readings {
	r := &Readings{List: make([]Reading, n)}
	for i := range r.List {
		r.List[i] = SampleReading(i + 1)
	}
	return r
}

// SampleNode returns the state of a machine with two disks and three network interfaces.
func SampleNode() *Node {
	message := "drained for maintenance, back at 14:00"
	return &Node{
		Host:   Host{Name: "fra1-worker-0042", OS: "linux", Kernel: "6.12.48-cloud-amd64", Cores: 32, Booted: 1_763_990_411},
		Memory: Memory{Total: 135_045_591_040, Used: 81_604_378_624, Cached: 34_922_168_320, Pressure: 0.4827366519853274},
		Disks: []Disk{
			{Device: "/dev/nvme0n1p2", Mount: "/", Total: 511_101_108_224, Used: 187_904_819_200, ReadsMbps: 12.75, WritesMbps: 3.5},
			{Device: "/dev/nvme1n1", Mount: "/var/lib/data", Total: 3_840_755_982_336, Used: 2_914_817_998_848, ReadsMbps: 411.062, WritesMbps: 96.3, ReadOnly: true},
		},
		Network: []Interface{
			{Name: "lo", Address: "127.0.0.1/8", Received: 8_812_345, Sent: 8_812_345},
			{Name: "eth0", Address: "10.14.3.42/20", Received: 918_273_645_546, Sent: 372_819_465_210, Dropped: 17},
			{Name: "eth1", Address: "2001:db8:14::42/64", Received: 5_519_203_884, Sent: 77_120_338_841},
		},
		Load:    [3]float64{12.07, 9.85, 8.91},
		Labels:  map[string]string{"arch": "amd64", "pool": "batch", "region": "eu-central", "zone": "b"},
		Roles:   []string{"worker", "storage", "edge"},
		Healthy: true,
		Message: &message,
	}
}
