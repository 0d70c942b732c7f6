package deploy

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// TestKubernetes: the objects are whole, fit together, and wait as long as nginx.conf does.
func TestKubernetes(t *testing.T) {
	text, err := os.ReadFile("kubernetes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	type object struct {
		Kind     string `yaml:"kind"`
		Metadata struct {
			Name        string            `yaml:"name"`
			Annotations map[string]string `yaml:"annotations"`
		} `yaml:"metadata"`
	}
	objects := map[string]object{}
	decoder, err := yaml.NewLoader(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for {
		var o object
		if err := decoder.Load(&o); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		objects[o.Kind] = o
	}
	for _, kind := range []string{"Deployment", "Service", "Ingress"} {
		if objects[kind].Metadata.Name != "app" {
			t.Errorf("the %s is named %q", kind, objects[kind].Metadata.Name)
		}
	}
	nginx, err := os.ReadFile("nginx.conf")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"read", "send"} {
		seconds := objects["Ingress"].Metadata.Annotations["nginx.ingress.kubernetes.io/proxy-"+kind+"-timeout"]
		if seconds == "" || !strings.Contains(string(nginx), "proxy_"+kind+"_timeout "+seconds+"s;") {
			t.Errorf("the ingress waits %q seconds to %s, nginx.conf another time", seconds, kind)
		}
	}
}
